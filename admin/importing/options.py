"""The options that every import command has."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from admin.importing.job import Importer, Source, run_import
from admin.importing.report import tell
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option

Making = Callable[..., Importer[Any]]
"""From a Runtime (and the command's own options) to the importer of a kind of file."""


def importing(make: Making) -> Callable[..., Any]:
    """Turn a function that makes an importer into the function of an import command.

    Adds FILE, `--mapping`, `--rejects`, `--dry-run` and `--format`.
    """

    @wraps(make)
    async def command(
        runtime: Runtime,
        *,
        file: Path,
        shown_as: Format,
        **options: Any,  # noqa: ANN401
    ) -> int:
        given = {name: options.pop(name) for name in ("mapping", "rejects", "dry_run")}
        source = Source(file=file, **given)
        (report,) = await run_import(runtime, (make(runtime, **options), source))
        return tell(runtime, shown_as, report)

    for option in (
        format_option,
        click.option("--dry-run", is_flag=True),
        click.option("--rejects", type=FILE, metavar="FILE"),
        click.option("--mapping", type=FILE, metavar="FILE"),
        click.argument("file", type=FILE),
    ):
        command = option(command)
    return command
