"""Fills in cells merged over several rows: each row gets the value, as a person reads it."""

from collections import Counter
from collections.abc import Iterator, Mapping

from admin.sheets.page import Merge, Page
from admin.sheets.values import Numbered


def fill_down(
    page: Page, header: int, names: Mapping[int, str], counts: Counter[str]
) -> Iterator[Numbered]:
    """The rows below row `header`, with merged cells filled in downwards; adds to `counts`, by
    column name, the number of cells filled in."""
    waiting = sorted((merge for merge in page.merges if merge[2] > header), reverse=True)
    if not waiting:
        yield from (row for row in page.rows() if row[0] > header)
        return
    open_: list[tuple[Merge, object]] = []
    for number, cells in page.rows():
        while waiting and waiting[-1][0] <= number:
            merge = waiting.pop()
            open_.append(
                (merge, cells[merge[1]] if merge[0] == number and merge[1] < len(cells) else "")
            )
        open_ = [one for one in open_ if one[0][2] >= number]
        if number > header:
            yield number, _filled(number, list(cells), open_, names, counts)


def _filled(
    number: int,
    cells: list[object],
    merges: list[tuple[Merge, object]],
    names: Mapping[int, str],
    counts: Counter[str],
) -> list[object]:
    """A row may end before a cell that is merged into it."""
    ends = [left + 1 for (top, left, _, _), _ in merges if top < number and left in names]
    cells += [""] * (max(ends, default=0) - len(cells))
    for (top, left, _, right), value in merges:
        if top < number and left < len(cells):
            cells[left] = value
        covered = range(left + (top == number), min(right, len(cells) - 1) + 1)
        counts.update(names[place] for place in covered if place in names)
    return cells
