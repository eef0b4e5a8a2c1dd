"""Tables whose cells are written already, with each column's side."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from admin.kit import output

if TYPE_CHECKING:
    from rich.console import JustifyMethod

ROOMY = 130
"""From this many columns on there is room for air between them."""


def print_table(
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    sides: str,
    title: str = "",
    last_is_sum: bool = False,
) -> None:
    """Print cells as they are; `sides` has a letter for each column: l left, r right, w left and
    wrapped where the terminal is narrow."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    console = output.console()
    table = Table(
        title=title or None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1 if console.width >= ROOMY else 0),
    )
    for name, side in zip(titles, sides, strict=True):
        justify: JustifyMethod = "right" if side == "r" else "left"
        table.add_column(Text(name), justify=justify, no_wrap=side != "w")
    listed = [[Text(cell) for cell in row] for row in rows]
    for place, row in enumerate(listed):
        table.add_row(*row, end_section=last_is_sum and place == len(listed) - 2)
    console.print(table)
