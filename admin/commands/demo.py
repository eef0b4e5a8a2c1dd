"""`motcua demo`: the whole product on a sample district, with nothing to configure."""

from dataclasses import replace
from pathlib import Path

import click

from admin.demo.run import settings_for, show
from admin.kit.runtime import FILE, Runtime, leaf
from bot.server import require_free


@leaf("demo")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--data", type=FILE, default=Path("demo-data"), show_default=True)
@click.option("--no-browser", is_flag=True)
async def command(
    runtime: Runtime,
    port: int,
    data: Path,
    no_browser: bool,  # noqa: FBT001 - click calls by name
) -> None:
    """Import the sample, serve it, open it in the browser."""
    require_free("127.0.0.1", port)
    settings = settings_for(runtime.settings, data, port)
    await show(replace(runtime, settings=settings), data, browser=not no_browser)
