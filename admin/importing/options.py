"""The options that every import command has."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from admin.importing.importer import Importer
from admin.importing.job import run_import
from admin.importing.report import tell
from admin.importing.source import Source
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option

F = TypeVar("F", bound=Callable[..., Any])
Making = Callable[..., Importer[Any]]
"""From a Runtime (and the command's own options) to the importer of a kind of file."""

OPTIONS = (
    click.argument("file", type=FILE),
    click.option("--mapping", type=FILE, metavar="FILE"),
    click.option("--rejects", type=FILE, metavar="FILE"),
    click.option("--all-sheets", is_flag=True),
    click.option("--sheet", metavar="NAME"),
    click.option("--no-saved-mapping", is_flag=True),
    click.option("--dry-run", is_flag=True),
    click.option("--yes", is_flag=True),
    format_option,
)
_OF_SOURCE = ("mapping", "rejects", "all_sheets", "sheet", "no_saved_mapping", "dry_run", "yes")


def source_options(function: F) -> F:
    """Add FILE and the options of its import; `source_of` reads them."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function


def source_of(file: Path, options: dict[str, Any]) -> Source:
    """Build a Source from the options that `source_options` added."""
    return Source(file=file, **{name: options.pop(name) for name in _OF_SOURCE})


def importing(make: Making) -> Callable[..., Any]:
    """Turn a function that makes an importer into the function of an import command."""

    @source_options
    @wraps(make)
    async def command(
        runtime: Runtime,
        *,
        file: Path,
        shown_as: Format,
        **options: Any,  # noqa: ANN401
    ) -> int:
        source = source_of(file, options)
        (report,) = await run_import(runtime, (make(runtime, **options), source))
        return tell(runtime, shown_as, report)

    return command
