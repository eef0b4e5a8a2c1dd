"""Which column of a file is which of ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveys.errors import Refusal
from surveys.spelling import fold, tidy

HEADER_WITHIN = 30
"""The header is looked for in this many first rows."""

Mapped = Mapping[str, str]
"""Our column name → their header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """A column we know: `name` is ours (and English), `titles` are what offices call it.

    Where a file has several of the titles, the first in this list is taken.
    """

    name: str
    titles: tuple[str, ...] = ()
    required: bool = False

    def headers(self, mapping: Mapped) -> list[str]:
        """The folded headers that stand for this column, best first."""
        if self.name in mapping:
            return [fold(mapping[self.name])]
        return [fold(title) for title in (*self.titles, self.name)]

    def shown(self, mapping: Mapped) -> str:
        """The column as a message names it: `Mã hồ sơ (code)`."""
        title = mapping.get(self.name) or (self.titles or (self.name,))[0]
        return title if title == self.name else f"{title} ({self.name})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header row: where it is, and the place of each column in it, ours and the rest."""

    number: int
    """Row number in the file, from 1."""
    titles: tuple[str, ...]
    known: Mapping[str, int]
    unknown: Mapping[str, int]

    def require_single(self, titles: Iterable[str], file: str) -> None:
        """Raises Refusal `sheets.column_twice` for one of these titles that stands twice."""
        folded = [fold(title) for title in self.titles]
        for title in titles:
            if folded.count(fold(title)) > 1:
                raise Refusal("sheets.column_twice", file=file, column=title, row=self.number)


def find_header(
    rows: Sequence[tuple[int, Sequence[object]]], specs: Sequence[ColumnSpec], mapping: Mapped
) -> Header | None:
    """The first row that has every required column (and every mapped one); None without one."""
    needed = {spec.name for spec in specs if spec.required or spec.name in mapping}
    for number, cells in rows[:HEADER_WITHIN]:
        places = match(cells, specs, mapping)
        if needed <= places.keys() and places:
            return _header(number, cells, places)
    return None


def match(cells: Sequence[object], specs: Sequence[ColumnSpec], mapping: Mapped) -> dict[str, int]:
    """Our column name → its place, for those of our columns that this row names."""
    folded = [fold(str(cell)) for cell in cells]
    found: dict[str, int] = {}
    for spec in specs:
        for title in spec.headers(mapping):
            if title in folded:
                found[spec.name] = folded.index(title)
                break
    return found


def no_header(
    file: str,
    rows: Sequence[tuple[int, Sequence[object]]],
    specs: Sequence[ColumnSpec],
    mapping: Mapped,
) -> Refusal:
    """Why no row could be the header: `sheets.column_missing`, named after the likeliest row."""
    best = max(rows[:HEADER_WITHIN], key=lambda row: _likeness(row[1], specs, mapping))
    places = match(best[1], specs, mapping)
    needed = [spec for spec in specs if spec.required or spec.name in mapping]
    missing = ", ".join(spec.shown(mapping) for spec in needed if spec.name not in places)
    found = ", ".join(shown for cell in best[1] if (shown := tidy(str(cell))))
    return Refusal(
        "sheets.column_missing", file=file, columns=missing, found=found[:400], row=best[0]
    )


def _likeness(
    cells: Sequence[object], specs: Sequence[ColumnSpec], mapping: Mapped
) -> tuple[int, int]:
    filled = sum(bool(str(cell).strip()) for cell in cells)
    return len(match(cells, specs, mapping)), filled


def _header(number: int, cells: Sequence[object], known: dict[str, int]) -> Header:
    titles = tuple(tidy(str(cell)) for cell in cells)
    taken = set(known.values())
    unknown: dict[str, int] = {}
    for place, title in enumerate(titles):
        if title and place not in taken:
            unknown.setdefault(title, place)
    return Header(number=number, titles=titles, known=known, unknown=unknown)
