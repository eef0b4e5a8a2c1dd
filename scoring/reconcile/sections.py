"""Finds the tables in a sheet: titles and setting lines, one or more header rows, lines."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from scoring.reconcile.figures import Kind, Value
from scoring.reconcile.vocabulary import Vocabulary

Line = tuple[Value, ...]
Grid = Sequence[Sequence[Value]]

_BARE_FIGURE = re.compile(r"-?[\d(]*\d[\d.,/ %)]*")
_FEWEST = 2
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2}|[A-Z])\)?(\s*=.*)?")
_BRACKETED = re.compile(r"\((\d{1,2}|[A-Z])\)(\s*=.*)?")
_COLON = re.compile(r"^([^:]{2,40}):\s*(\S.*)$", re.DOTALL)
_OF_COLUMNS = frozenset({"relation", "sums"})
"""The settings that name columns in their words."""


class Setting(NamedTuple):
    """A line `key | value | …` above or below a table, or `key: value` in one cell."""

    line: int
    values: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Section:
    """The raw pieces of one table; line numbers count from 1. `printed`: the lines of its header,
    without empty cells; `repeated`: how many of them were just repeated.
    """

    title: str = ""
    settings: dict[str, list[Setting]] = field(default_factory=dict)
    headers: list[str] = field(default_factory=list)
    lowest: list[str] = field(default_factory=list)
    printed: list[list[str]] = field(default_factory=list)
    repeated: int = 0
    body: list[tuple[int, Line]] = field(default_factory=list)

    def set(self, name: str, setting: Setting) -> None:
        """Store a setting line; a setting may occur several times."""
        self.settings.setdefault(name, []).append(setting)

    def setting(self, name: str) -> str:
        """The first value of a setting; "" without one."""
        found = self.settings.get(name)
        return found[0].values[0] if found else ""


def text_of(value: Value) -> str:
    """A cell as text."""
    return "" if value is None else str(value).strip()


def cell_of(line: Sequence[Value], index: int) -> str:
    """A cell of a line as text; empty if the line ends before it."""
    return text_of(line[index]) if index < len(line) else ""


def split_sections(grid: Grid, vocabulary: Vocabulary) -> list[Section]:
    """The tables of a sheet, in order."""
    splitter = _Splitter(vocabulary)
    for number, line in enumerate(grid, start=1):
        splitter.take(number, tuple(line))
    return splitter.finish()


class _Splitter:
    """Splits a sheet line by line. `_above`: the table of the previous line; None after an empty
    line.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._sections: list[Section] = []
        self._coming = Section()
        self._above: Section | None = None

    def take(self, number: int, line: Line) -> None:
        cells = [text_of(cell) for cell in line]
        if not any(cells):
            self._above = None
        elif self._repeats_header(cells):
            self._above = self._sections[-1]
        elif self._is_header(cells):
            self._open(cells)
        elif all(map(_BRACKETED.fullmatch, _filled(cells))):
            return
        elif self._goes_on(cells):
            self._deepen(cells)
        elif not self._take_setting(number, cells):
            self._take_line(number, line, cells)

    def finish(self) -> list[Section]:
        if self._sections:
            for name, entries in self._coming.settings.items():
                for setting in entries:
                    self._sections[-1].set(name, setting)
        return self._sections

    def _repeats_header(self, cells: list[str]) -> bool:
        """Whether the line repeats the header on the next page, without the announcement of another
        table.
        """
        if not self._sections or self._coming.settings or self._coming.title:
            return False
        section, line = self._sections[-1], _filled(cells)
        if line == section.printed[0]:
            section.repeated = 0
        again = line in section.printed[section.repeated :][:1]
        section.repeated = section.repeated + 1 if again else 0
        return again

    def _is_header(self, cells: list[str]) -> bool:
        """Whether the line is a header: names of quantities, no figures except years next to “chỉ
        tiêu”; below another table only after an empty line.
        """
        if self._above or self._setting(cells) in _OF_COLUMNS:
            return False
        words = [self._vocabulary.quantity(cell) for cell in cells if cell]
        if len(words) < _FEWEST:
            return False
        if "indicator" in words:
            return True
        if _has_figures(cells):
            return False
        kinds = [self._vocabulary.columns[id_].kind for id_ in words if id_]
        if Kind.TEXT in kinds and self._coming.settings.keys() & _OF_COLUMNS:
            return True
        unsure = bool(self._sections) and len(kinds) == _FEWEST and len(words) > _FEWEST
        named = Kind.TEXT in kinds or words[0] is None
        return len(kinds) >= _FEWEST and named and not unsure

    def _setting(self, cells: list[str]) -> str | None:
        return self._vocabulary.setting(_filled(cells)[0])

    def _open(self, cells: list[str]) -> None:
        section, self._coming = self._coming, Section()
        section.headers, section.lowest, section.printed = cells, cells, [_filled(cells)]
        self._sections.append(section)
        self._above = section

    def _goes_on(self, cells: list[str]) -> bool:
        """Whether this is a lower header row: right below, with the numbers of the columns, or with
        nothing under the name and no figures."""
        if self._above is None or self._above.body:
            return False
        under_name = self._name_index(self._above.headers)
        if _count_up(_filled(cells)):
            return bool(cell_of(cells, under_name))
        return under_name < len(cells) and not cells[under_name] and not _has_figures(cells)

    def _name_index(self, headers: list[str]) -> int:
        ids = [self._vocabulary.quantity(header) for header in headers]
        for wanted in ("name", "indicator", "period"):
            if wanted in ids:
                return ids.index(wanted)
        return 0

    def _deepen(self, cells: list[str]) -> None:
        section = self._sections[-1]
        section.printed.append(_filled(cells))
        if _count_up(_filled(cells)):
            return
        upper = _reaching(section.headers, cells)
        section.headers = [f"{a} {b}".strip() for a, b in _side_by_side(upper, cells)]
        section.lowest = [b or a for a, b in _side_by_side(section.lowest, cells)]

    def _take_setting(self, number: int, cells: list[str]) -> bool:
        first, *values = _filled(cells)
        name = self._vocabulary.setting(first)
        if not values and (parts := _COLON.match(first)):
            name, values = self._vocabulary.setting(parts[1]), [parts[2]]
        if name is None or not values:
            return False
        into = self._above or self._coming
        into.set(name, Setting(number, tuple(values)))
        return True

    def _take_line(self, number: int, line: Line, cells: list[str]) -> None:
        alone = len(_filled(cells)) == 1
        if not self._sections or (self._above is None and alone):
            self._coming.title = _filled(cells)[0]
        else:
            self._above = self._sections[-1]
            self._above.body.append((number, line))


def _has_figures(cells: list[str]) -> bool:
    return any(map(_BARE_FIGURE.fullmatch, cells))


def _count_up(cells: list[str]) -> bool:
    """Whether the cells number the columns: three or more, counted from 1, letters for text
    columns. Other small numbers are figures of the row.
    """
    found = [_COLUMN_NUMBER.fullmatch(cell) for cell in cells]
    numbers = [int(one[1]) for one in found if one and one[1].isdigit()]
    return len(cells) > 2 and all(found) and numbers == list(range(1, len(numbers) + 1))


def _filled(cells: list[str]) -> list[str]:
    return list(filter(None, cells))


def _reaching(upper: list[str], lower: list[str]) -> list[str]:
    """`upper` with its merged cells filled in from the left, where `lower` divides them."""
    reaching, last = [], ""
    for above, below in _side_by_side(upper, lower):
        last = above or last
        reaching.append(last if below else above)
    return reaching


def _side_by_side(upper: list[str], lower: list[str]) -> Iterable[tuple[str, str]]:
    return zip_longest(upper, lower, fillvalue="")
