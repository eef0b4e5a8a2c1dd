"""Writes results to standard output: tables for people, JSON and CSV for programs.

A command first collects its result as data. A view of that data is `Presentable`: it gives the
result as blocks for people, as one JSON value, and as flat rows for CSV. Nothing else prints.
"""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import click

from admin.kit.formulas import without_formula
from admin.kit.tables import Column, Row, Table, print_line, print_table
from admin.kit.texts import Texts

_ZONE: ContextVar[tzinfo] = ContextVar("zone", default=UTC)


class Format(StrEnum):
    """How a result is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A heading with a line per point; printed only if there is a point."""

    heading: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line in a rich style; it wraps on a narrow terminal."""

    text: str
    style: str


Block = str | Line | Table | Points
"""A printable part of a result: a line, a table, a list of points."""


class Presentable(Protocol):
    """A result with its words, ready for every format."""

    def blocks(self) -> Iterable[Block]:
        """For people, in reading order."""

    def as_json(self) -> object:
        """For programs: every figure the blocks show."""

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """For CSV: the rows and their keys."""


def present(texts: Texts, result: Presentable, shown_as: Format) -> None:
    """Print a result in the requested format."""
    if shown_as is Format.JSON:
        show_json(result.as_json())
    elif shown_as is Format.CSV:
        show_csv(*result.as_rows())
    else:
        for block in result.blocks():
            print_block(texts, block)


def print_block(texts: Texts, block: Block) -> None:
    """Print one block for people."""
    if isinstance(block, Table):
        print_table(texts, block)
    elif isinstance(block, str):
        click.echo(block)
    elif isinstance(block, Line):
        print_line(block.text, block.style)
    elif block.lines:
        click.echo(f"\n{block.heading}")
        for line in block.lines:
            click.echo(f"  • {line}")


def show(
    texts: Texts, rows: Sequence[Row], columns: Sequence[Column], shown_as: Format, title: str = ""
) -> None:
    """Print `rows` in the requested format; a table has a title, and a message if it is empty."""
    if shown_as is Format.JSON:
        show_json([{column.key: row.get(column.key) for column in columns} for row in rows])
    elif shown_as is Format.CSV:
        show_csv(rows, [column.key for column in columns])
    else:
        print_table(texts, Table(columns=columns, rows=rows, title=title))
        if not rows:
            click.echo(texts.text("common.nothing"), err=True)


def show_json(value: object) -> None:
    """Print any result as JSON; decimals become strings, dates ISO 8601."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def show_csv(rows: Sequence[Row], keys: Sequence[str]) -> None:
    """Print rows as CSV with the keys as header; texts cannot become spreadsheet formulas."""
    writer = csv.DictWriter(sys.stdout, keys, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: without_formula(plain(row.get(key))) for key in keys})


def use_zone(zone: tzinfo) -> None:
    """Give moments for programs in this time zone, until the command ends."""
    _ZONE.set(zone)


def plain(value: object) -> object:
    """One value for programs: a decimal as text, a date in ISO 8601, a moment with the offset of
    the authority's time zone."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(_ZONE.get()).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Path):
        return str(value)
    return value


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error while the block runs, if it is a terminal.

    Yields a function to call with the progress so far (a count from the beginning).
    """
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.update(task, completed=done)
