"""`motcua rulebooks`: lists, validates, compares and explains rulebooks."""

from collections.abc import Sequence
from pathlib import Path

import click

from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, group
from admin.rating.rulebook_view import RulebookView
from admin.rating.rulebooks import chosen, in_file
from scoring.law import Rulebook
from scoring.rulebook import diff, refuse_overlaps, shipped_rulebooks

KEYS = "id version scope valid_from valid_to title"

command = group("rulebooks")


@command.command("list")
@format_option
def list_rulebooks(runtime: Runtime, shown_as: Format) -> None:
    """Print the rulebooks that come with the program."""
    _show(runtime, shipped_rulebooks(), shown_as)


@command.command("check")
@click.argument("file", type=FILE)
@format_option
def check_rulebook(runtime: Runtime, file: Path, shown_as: Format) -> None:
    """Validate a rulebook; refuse it if its days in force overlap with another's."""
    book = in_file(file)
    refuse_overlaps([*(one for one in shipped_rulebooks() if one.id != book.id), book])
    _show(runtime, [book], shown_as)
    runtime.say("rulebooks.usable", id=book.id, version=str(book.version))


@command.command("diff")
@click.argument("one")
@click.argument("other")
@format_option
def diff_rulebooks(runtime: Runtime, one: str, other: str, shown_as: Format) -> None:
    """Print every key in which two rulebooks differ."""
    rows = [
        {"key": found.key, "one": found.one, "other": found.other}
        for found in diff(chosen(runtime, one), chosen(runtime, other))
    ]
    columns = runtime.columns("rulebooks.columns", "key one other")
    runtime.show(rows, columns, shown_as, runtime.text("rulebooks.differ", one=one, other=other))


@command.command("explain")
@click.argument("rulebook")
@format_option
def explain_rulebook(runtime: Runtime, rulebook: str, shown_as: Format) -> None:
    """Print the points of every case, the days in force, and the policies chosen."""
    view = RulebookView(texts=runtime.texts, rulebook=chosen(runtime, rulebook))
    runtime.present(view, shown_as)


def _show(runtime: Runtime, books: Sequence[Rulebook], shown_as: Format) -> None:
    rows = [_row(book, runtime.texts.language) for book in books]
    keys = KEYS if shown_as is Format.TABLE else f"{KEYS} source checksum"
    runtime.show(rows, runtime.columns("rulebooks.columns", keys), shown_as)


def _row(book: Rulebook, language: str) -> dict[str, object]:
    return {
        "id": book.id,
        "version": book.version,
        "scope": book.scope.value,
        "valid_from": book.valid_from,
        "valid_to": book.valid_to,
        "title": book.title.of(language),
        "source": book.source,
        "checksum": book.checksum,
    }
