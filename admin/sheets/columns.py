"""Matches the columns of a file to ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from admin.sheets.page import Merge
from admin.sheets.titles import Title, read_titles
from admin.sheets.words import title_keys, words
from surveys.errors import Refusal
from surveys.spelling import fold, tidy

HEADER_WITHIN = 30
"""The header is searched in this many first rows."""
DEEPEST = 3
"""The most rows of one header."""
ALIKE = 0.72

Mapped = Mapping[str, str]
"""Our column name → the file's header."""
Lines = Sequence[tuple[int, Sequence[object]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """A known column: `name` is ours (in English), `titles` are the headers offices use.

    If a file has several of the titles, the first in this list is used.
    """

    name: str
    titles: tuple[str, ...] = ()
    required: bool = False

    def headers(self, mapping: Mapped) -> list[str]:
        """The folded headers that match this column, best first."""
        if self.name in mapping:
            return [fold(mapping[self.name])]
        return [key for title in (*self.titles, self.name) for key in title_keys(title)]

    def shown(self, mapping: Mapped) -> str:
        """The column's name in messages: `Mã hồ sơ (code)`."""
        title = mapping.get(self.name) or (self.titles or (self.name,))[0]
        return title if title == self.name else f"{title} ({self.name})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header: its last row, and the position of each column, ours and others."""

    number: int
    """Row number in the file, from 1."""
    titles: tuple[str, ...]
    known: Mapping[str, int]
    unknown: Mapping[str, int]

    def require_single(self, titles: Iterable[str], file: str) -> None:
        """Raises Refusal `sheets.column_twice` if one of these titles occurs twice."""
        folded = [fold(title) for title in self.titles]
        for title in titles:
            if folded.count(fold(title)) > 1:
                raise Refusal("sheets.column_twice", file=file, column=title, row=self.number)


def find_header(
    rows: Lines, specs: Sequence[ColumnSpec], mapping: Mapped, merges: Sequence[Merge] = ()
) -> Header | None:
    """The first rows with every required (and every mapped) column; None if there are none.

    Of one, two or three rows, the choice that names most of our columns is used.
    """
    needed = {spec.name for spec in specs if spec.required or spec.name in mapping}
    first = rows[: HEADER_WITHIN + DEEPEST]
    for start in range(min(HEADER_WITHIN, len(first))):
        if any(_fits(first, start, depth, specs, mapping, merges, needed) for depth in _DEPTHS):
            near = range(start, start + DEEPEST)
            found = [
                header
                for depth in _DEPTHS
                for begin in near
                if (header := _fits(first, begin, depth, specs, mapping, merges, needed))
            ]
            return max(found, key=lambda one: (len(one.known), -one.number))
    return None


_DEPTHS = range(1, DEEPEST + 1)


def _fits(
    rows: Lines,
    start: int,
    depth: int,
    specs: Sequence[ColumnSpec],
    mapping: Mapped,
    merges: Sequence[Merge],
    needed: set[str],
) -> Header | None:
    """The header made of these rows, if they form one."""
    block = rows[start : start + depth]
    if len(block) < depth or block[-1][0] - block[0][0] != depth - 1:
        return None
    titles = read_titles(block, merges)
    places = _match(titles, specs, mapping)
    if not places or not needed <= places.keys():
        return None
    return _header(block[-1][0], titles, places)


def match(cells: Sequence[object], specs: Sequence[ColumnSpec], mapping: Mapped) -> dict[str, int]:
    """Our column name → its position, for our columns that this row names."""
    found = _match(read_titles([(1, cells)]), specs, mapping)
    return {name: place for name, (place, _) in found.items()}


def _match(
    titles: Sequence[Title], specs: Sequence[ColumnSpec], mapping: Mapped
) -> dict[str, tuple[int, str]]:
    """Our column name → its position, and the title that matched there."""
    written: dict[str, tuple[int, str]] = {}
    for rank in range(2):
        for place, title in enumerate(titles):
            for text in title.writings[rank:] if rank else title.writings[:1]:
                for key in title_keys(text):
                    written.setdefault(key, (place, text))
    found: dict[str, tuple[int, str]] = {}
    for spec in specs:
        here = next((written[key] for key in spec.headers(mapping) if key in written), None)
        if here is not None and (spec.name in mapping or not _taken(here, found)):
            found[spec.name] = here
    return found


def _taken(here: tuple[int, str], found: Mapping[str, tuple[int, str]]) -> bool:
    return any(place == here[0] for place, _ in found.values())


def likely(title: str, specs: Sequence[ColumnSpec], known: Iterable[str]) -> ColumnSpec | None:
    """Our column, of those not found, that an unknown header most likely corresponds to."""
    left = {spec.name: spec for spec in specs if spec.name not in set(known)}
    names = {key: name for name, spec in left.items() for key in spec.headers({})}
    written = title_keys(title)
    for key in written:
        if close := get_close_matches(key, names, n=1, cutoff=ALIKE):
            return left[names[close[0]]]
    padded = [f" {key} " for key in written]
    for name, hints in words().hints.items():
        if name in left and any(f" {hint} " in key for hint in hints for key in padded):
            return left[name]
    return None


def is_serial(title: str) -> bool:
    """Whether a column just numbers the rows."""
    return fold(title) in words().serial or title.strip() in ("#", "№")


def no_header(file: str, rows: Lines, specs: Sequence[ColumnSpec], mapping: Mapped) -> Refusal:
    """The refusal `sheets.column_missing`: what the row most like a header lacks."""
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


def _header(number: int, titles: Sequence[Title], found: Mapping[str, tuple[int, str]]) -> Header:
    by_place = {place: tidy(text) for place, text in found.values()}
    shown = tuple(by_place.get(place, title.shown) for place, title in enumerate(titles))
    unknown: dict[str, int] = {}
    for place, title in enumerate(shown):
        if title and place not in by_place:
            unknown.setdefault(title, place)
    known = {name: place for name, (place, _) in found.items()}
    return Header(number=number, titles=shown, known=known, unknown=unknown)
