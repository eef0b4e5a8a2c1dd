"""What goes to standard output: tables for people, JSON and CSV for programs."""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from admin.kit.texts import Texts

if TYPE_CHECKING:
    from rich.console import Console

Row = Mapping[str, object]
WIDTH_IN_A_FILE = 200


class Format(StrEnum):
    """How a result is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a result: the key programs see, the title people see."""

    key: str
    title: str


def show(
    texts: Texts, rows: Sequence[Row], columns: Sequence[Column], shown_as: Format, title: str = ""
) -> None:
    """Print `rows` in the wanted format; a table is titled, and says so when it is empty."""
    if shown_as is Format.JSON:
        show_json([{column.key: row.get(column.key) for column in columns} for row in rows])
    elif shown_as is Format.CSV:
        show_csv(rows, [column.key for column in columns])
    else:
        show_table(texts, rows, columns, title)


def show_json(value: object) -> None:
    """Print any result as JSON; decimals become strings, days ISO."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def show_csv(rows: Sequence[Row], keys: Sequence[str]) -> None:
    """Print rows as CSV with the keys as header."""
    writer = csv.DictWriter(sys.stdout, keys, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: plain(row.get(key)) for key in keys})


def show_table(
    texts: Texts, rows: Sequence[Row], columns: Sequence[Column], title: str = ""
) -> None:
    """Print rows for people: numbers to the right and written in the user's language."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        right = any(_is_number(row.get(column.key)) for row in rows)
        table.add_column(Text(column.title), justify="right" if right else "left")
    for row in rows:
        table.add_row(*(Text(cell(texts, row.get(column.key))) for column in columns))
    console().print(table)
    if not rows:
        click.echo(texts.text("common.nothing"), err=True)


def console() -> "Console":
    """Standard output; wide where nobody watches, since wrapping would only spoil a file."""
    from rich.console import Console

    wide = None if sys.stdout.isatty() else WIDTH_IN_A_FILE
    return Console(file=sys.stdout, highlight=False, width=wide)


def cell(texts: Texts, value: object) -> str:
    """One value as people read it; nothing is an empty cell."""
    return "" if value is None else str(texts.shown(value))


def plain(value: object) -> object:
    """One value as programs read it: a decimal as text, a day in ISO form."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Path):
        return str(value)
    return value


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while the block runs, when a person is watching.

    Yields what is told how far the work is (a count from the beginning).
    """
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.update(task, completed=done)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
