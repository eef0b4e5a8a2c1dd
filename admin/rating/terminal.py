"""Tables whose cells are written already, with each column's side."""

from collections.abc import Iterable, Sequence

from admin import output


def print_table(
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    sides: str,
    title: str = "",
    last_is_sum: bool = False,
) -> None:
    """Print cells as they are; `sides` has an l or an r for each column."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name, side in zip(titles, sides, strict=True):
        table.add_column(Text(name), justify="right" if side == "r" else "left", overflow="fold")
    listed = [[Text(cell) for cell in row] for row in rows]
    for place, row in enumerate(listed):
        table.add_row(*row, end_section=last_is_sum and place == len(listed) - 2)
    output.console().print(table)
