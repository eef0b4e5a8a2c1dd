"""Reads column titles from a header of one, two or three rows with merged cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.sheets.page import Merge
from surveys.spelling import tidy

Block = Sequence[tuple[int, Sequence[object]]]


@dataclass(frozen=True, slots=True)
class Title:
    """The words above one column, from the top down."""

    parts: tuple[str, ...]

    @property
    def writings(self) -> tuple[str, ...]:
        """The possible titles, the likeliest first: the lowest row, all rows from the top down, all
        rows from the bottom up ("Tiếp nhận" over "Ngày" is "Ngày tiếp nhận")."""
        if not self.parts:
            return ("",)
        down, up = " ".join(self.parts), " ".join(reversed(self.parts))
        return tuple(dict.fromkeys((self.parts[-1], down, up)))

    @property
    def shown(self) -> str:
        """The column's name in messages."""
        return " ".join(self.parts)


def read_titles(block: Block, merges: Sequence[Merge] = ()) -> list[Title]:
    """The titles of the columns of these rows. A cell merged over several columns belongs to each
    of them; without information on merges, it extends to the right over empty cells."""
    width = max((len(cells) for _, cells in block), default=0)
    lines = [[_word(cells, place) for place in range(width)] for _, cells in block]
    for index in reversed(range(len(lines) - 1)):
        number = block[index][0]
        if merges:
            _fill_merged(lines[index], number, merges)
        else:
            _fill_rightwards(lines[index], lines[index + 1])
    return [Title(tuple(filter(None, words))) for words in zip(*lines, strict=True)]


def _word(cells: Sequence[object], place: int) -> str:
    cell = cells[place] if place < len(cells) else None
    return "" if cell is None else tidy(str(cell))


def _fill_merged(line: list[str], number: int, merges: Sequence[Merge]) -> None:
    for top, left, _, right in merges:
        if top == number and left < len(line):
            for place in range(left + 1, min(right + 1, len(line))):
                line[place] = line[place] or line[left]


def _fill_rightwards(line: list[str], below: Sequence[str]) -> None:
    last = ""
    for place, word in enumerate(line):
        last = word or (last if below[place] else "")
        line[place] = word or (last if below[place] else "")
