"""Finding the tables in a sheet: titles and setting lines above, one or more header rows, lines."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise, zip_longest
from typing import NamedTuple

from scoring.reconcile.figures import Kind, Value
from scoring.reconcile.vocabulary import Vocabulary

Line = tuple[Value, ...]
Grid = Sequence[Sequence[Value]]

_BARE_FIGURE = re.compile(r"[\d(]*\d[\d.,/ %)]*")
_FEWEST = 2
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2})\)?(\s*=.*)?")
_COLON = re.compile(r"^([^:]{2,40}):\s*(\S.*)$", re.DOTALL)


class Setting(NamedTuple):
    """A line `key | value | …` above or below a table, or `key: value` in one cell."""

    line: int
    values: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Section:
    """The raw pieces of one table; line numbers count from 1."""

    title: str = ""
    settings: dict[str, list[Setting]] = field(default_factory=dict)
    headers: list[str] = field(default_factory=list)
    lowest: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    body: list[tuple[int, Line]] = field(default_factory=list)

    def set(self, name: str, setting: Setting) -> None:
        """Keep a setting line; a setting may stand several times."""
        self.settings.setdefault(name, []).append(setting)

    def setting(self, name: str) -> str:
        """The first value of a setting; "" without one."""
        found = self.settings.get(name)
        return found[0].values[0] if found else ""


def text_of(value: Value) -> str:
    """A cell as text."""
    return "" if value is None else str(value).strip()


def split_sections(grid: Grid, vocabulary: Vocabulary) -> list[Section]:
    """The tables of a sheet, in order."""
    splitter = _Splitter(vocabulary)
    for number, line in enumerate(grid, start=1):
        splitter.take(number, tuple(line))
    return splitter.finish()


class _Splitter:
    """Goes through a sheet line by line."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._sections: list[Section] = []
        self._coming = Section()
        self._gap = True

    def take(self, number: int, line: Line) -> None:
        cells = [text_of(cell) for cell in line]
        if not any(cells):
            self._gap = True
        elif self._repeats_header(cells):
            self._gap = False
        elif self._is_header(line, cells):
            self._open(cells)
        elif self._goes_on(line, cells):
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
        """A header printed again on the next page, with nothing announcing another table."""
        if not self._sections or self._coming.settings or self._coming.title:
            return False
        return list(filter(None, cells)) == list(filter(None, self._sections[-1].first))

    def _is_header(self, line: Line, cells: list[str]) -> bool:
        """Words for quantities, no figures; below another table only after an empty line."""
        figures = any(isinstance(c, Decimal) or _BARE_FIGURE.fullmatch(text_of(c)) for c in line)
        if figures or not self._gap:
            return False
        words = [self._vocabulary.quantity(cell) for cell in cells if cell]
        kinds = [self._vocabulary.columns[id_].kind for id_ in words if id_]
        if "indicator" in words or (Kind.TEXT in kinds and self._coming_is_declared()):
            return len(words) > 1
        unsure = bool(self._sections) and len(kinds) == _FEWEST and len(words) > _FEWEST
        named = Kind.TEXT in kinds or words[0] is None
        return len(kinds) >= _FEWEST and named and not unsure

    def _coming_is_declared(self) -> bool:
        return bool(self._coming.settings.keys() & {"relation", "sums"})

    def _open(self, cells: list[str]) -> None:
        section, self._coming = self._coming, Section()
        section.headers, section.lowest, section.first = list(cells), list(cells), cells
        self._sections.append(section)
        self._gap = False

    def _goes_on(self, line: Line, cells: list[str]) -> bool:
        """Whether this is a lower header row: right below, nothing under the name, no figures."""
        if not self._sections or self._gap or self._sections[-1].body:
            return False
        section = self._sections[-1]
        if self._numbers_columns(section, cells):
            return True
        under_name = self._name_index(section.headers)
        figures = any(isinstance(c, Decimal) or _BARE_FIGURE.fullmatch(text_of(c)) for c in line)
        return not figures and under_name < len(cells) and not cells[under_name]

    def _numbers_columns(self, section: Section, cells: list[str]) -> bool:
        filled = [cell for cell in cells if cell]
        return (
            _count_up(filled) and len(filled) > 2 and bool(cells[self._name_index(section.headers)])
        )

    def _name_index(self, headers: list[str]) -> int:
        ids = [self._vocabulary.quantity(header) for header in headers]
        for wanted in ("name", "indicator", "period"):
            if wanted in ids:
                return ids.index(wanted)
        return 0

    def _deepen(self, cells: list[str]) -> None:
        section = self._sections[-1]
        if _count_up([cell for cell in cells if cell]):
            return
        upper = _filled(section.headers, cells)
        section.headers = [f"{a} {b}".strip() for a, b in _side_by_side(upper, cells)]
        section.lowest = [b or a for a, b in _side_by_side(section.lowest, cells)]

    def _take_setting(self, number: int, cells: list[str]) -> bool:
        filled = [cell for cell in cells if cell]
        name = self._vocabulary.setting(filled[0])
        if name is None and len(filled) == 1 and (parts := _COLON.match(filled[0])):
            name, filled = self._vocabulary.setting(parts[1]), [parts[1], parts[2]]
        if name is None or len(filled) < 2:
            return False
        into = self._coming if self._gap or not self._sections else self._sections[-1]
        into.set(name, Setting(number, tuple(filled[1:])))
        return True

    def _take_line(self, number: int, line: Line, cells: list[str]) -> None:
        alone = sum(map(bool, cells)) == 1
        if not self._sections or (self._gap and alone):
            self._coming.title = next(cell for cell in cells if cell)
        else:
            self._gap = False
            self._sections[-1].body.append((number, line))


def _count_up(cells: list[str]) -> bool:
    """Whether they number columns one by one; other small numbers are a row's own figures."""
    found = [_COLUMN_NUMBER.fullmatch(cell) for cell in cells]
    numbers = [int(one[1]) for one in found if one]
    return len(numbers) == len(cells) and all(b == a + 1 for a, b in pairwise(numbers))


def _filled(upper: list[str], lower: list[str]) -> list[str]:
    """`upper` with its merged cells filled in from the left, where `lower` divides them."""
    filled, last = [], ""
    for above, below in _side_by_side(upper, lower):
        last = above or last
        filled.append(last if below else above)
    return filled


def _side_by_side(upper: list[str], lower: list[str]) -> Iterable[tuple[str, str]]:
    return zip_longest(upper, lower, fillvalue="")
