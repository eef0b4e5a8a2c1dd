"""Finds the columns of an aggregate table by the words of its header rows, never by number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from admin.importing.aggregate_words import AggregateWords
from admin.sheets import ColumnSpec
from admin.sheets.columns import DEEPEST, HEADER_WITHIN
from admin.sheets.page import Page
from admin.sheets.pages import read_pages
from admin.sheets.titles import Title, read_titles
from admin.sheets.values import Numbered, address
from admin.sheets.words import words as sheet_words
from surveys.errors import Refusal
from surveys.spelling import fold

OF_WHICH = "trong do"
FEWEST = 2
"""A table with fewer known quantities is another table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where an aggregate table has its columns: the unit, and the place of each quantity.

    `columns` are their headers as specs; `family` is None for a table that names no known form;
    `totals`: quantity → the value and the cell of the line that adds the others up.
    """

    columns: tuple[ColumnSpec, ...]
    places: Mapping[str, int]
    page: str
    family: str | None
    totals: Mapping[str, tuple[object, str]]


def find_layout(path: Path, words: AggregateWords, sheet: str | None = None) -> Layout:
    """The layout of the first table of a file (of this worksheet).

    Raises OSError, Refusal `facts.no_aggregate`, `facts.column_twice`, or as `read_pages`.
    """

    def rate(rows: Sequence[Numbered]) -> int:
        return max(
            (_known([Title((str(c),)) for c in cells], words) for _, cells in rows), default=0
        )

    for page in read_pages(path, rate).pages:
        if sheet in (None, page.name) and (found := _of_page(page, words)) is not None:
            return found
    raise Refusal("facts.no_aggregate", file=path.name)


def _of_page(page: Page, words: AggregateWords) -> Layout | None:
    rows = list(islice(page.rows(), HEADER_WITHIN + DEEPEST))
    best: tuple[int, int, list[Title]] | None = None
    for start, (_, cells) in enumerate(rows[:HEADER_WITHIN]):
        if not any(_is_anchor(cell, words) for cell in cells):
            continue
        for depth in range(1, DEEPEST + 1):
            block = rows[start : start + depth]
            titles = read_titles(block, page.merges)
            count = _known(titles, words)
            if count > (best[0] if best else FEWEST - 1) and _unit(titles, words) is not None:
                best = (count, block[-1][0], titles)
    if best is None:
        return None
    _, last, titles = best
    return _layout(page, rows, last, titles, words)


def _layout(
    page: Page, rows: Sequence[Numbered], last: int, titles: Sequence[Title], words: AggregateWords
) -> Layout:
    unit = _unit(titles, words)
    places = _places(titles, words)
    specs = [ColumnSpec(name=n, titles=(titles[p].shown,)) for n, p in places.items()]
    named = "" if unit is None else titles[unit].shown
    above = " ".join(fold(str(cell)) for number, cells in rows if number < last for cell in cells)
    known = (name for name, one in words.families.items() if any(w in above for w in one.words))
    return Layout(
        columns=(ColumnSpec(name="unit", titles=(named,), required=True), *specs),
        places=places,
        page=page.name,
        family=next(known, None),
        totals=_totals(page, last, places),
    )


def _totals(page: Page, last: int, places: Mapping[str, int]) -> dict[str, tuple[object, str]]:
    """The first line below the header that begins with “Tổng cộng” or the like."""
    for number, cells in page.rows():
        texts = [fold(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
        if number > last and texts and is_sum(texts[0]) and not texts[0].startswith(OF_WHICH):
            return {
                name: (cells[place], address(number, place))
                for name, place in places.items()
                if place < len(cells)
            }
    return {}


def is_sum(name: str) -> bool:
    """Whether a line of this name adds others up: “Cộng”, “Tổng cộng (I+II)”, “Trong đó: cấp xã”.
    One word must be the whole name, as “Công chứng” begins like “Cộng”.
    """
    text, totals = fold(name), sheet_words().totals
    return text in totals or any(text.startswith(f"{one} ") for one in totals if " " in one)


def _is_anchor(cell: object, words: AggregateWords) -> bool:
    return isinstance(cell, str) and fold(cell) in words.serial | words.unit


def _unit(titles: Sequence[Title], words: AggregateWords) -> int | None:
    for place, title in enumerate(titles):
        if any(fold(part) in words.unit for part in title.parts):
            return place
    return None


def _known(titles: Sequence[Title], words: AggregateWords) -> int:
    return len({found[0] for _, found in _found(titles, words)})


def _places(titles: Sequence[Title], words: AggregateWords) -> dict[str, int]:
    """Quantity → its column: the one whose header says most of it.

    Raises Refusal `facts.column_twice` if two say the same.
    """
    best: dict[str, tuple[int, int]] = {}
    for place, (name, length) in _found(titles, words):
        if name in best and best[name][0] == length:
            both = ", ".join(address(1, one)[:-1] for one in (best[name][1], place))
            raise Refusal("facts.column_twice", column=titles[place].shown, cells=both)
        if name not in best or length > best[name][0]:
            best[name] = (length, place)
    return {name: place for name, (_, place) in sorted(best.items(), key=lambda one: one[1][1])}


def _found(titles: Sequence[Title], words: AggregateWords) -> Iterator[tuple[int, tuple[str, int]]]:
    for place, title in enumerate(titles):
        found = words.quantity(title.parts) if title.parts else None
        if found is not None:
            yield place, found
