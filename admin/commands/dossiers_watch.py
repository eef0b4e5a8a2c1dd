"""`motcua dossiers watch`: imports what is dropped into a folder."""

import asyncio
import time
from pathlib import Path

import click

from admin.importing import tell
from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, leaf
from admin.kit.serving import now, stopping
from admin.watching.folder import Task, WatchedFolder
from admin.watching.watcher import Watcher

SETTLE = click.IntRange(0, 3_600)
LOOK_SECONDS = 1.0
"""Between two looks into the folder."""


@leaf("watch")
@click.argument("folder", type=FILE)
@click.option("--settle", type=SETTLE, default=5, show_default=True, metavar="SECONDS")
@click.option("--mapping", type=FILE, metavar="FILE")
@click.option("--once", is_flag=True)
async def command(
    runtime: Runtime,
    folder: Path,
    settle: int,
    mapping: Path | None,
    once: bool,  # noqa: FBT001 - click calls by name
) -> None:
    """Import files until stopped; with `--once` only those that are there now."""
    watched = WatchedFolder(path=folder, settle=settle)
    watched.prepare()
    await runtime.database()
    watcher = Watcher(runtime=runtime, mapping=mapping)
    with watched.held(), stopping() as stop:
        runtime.say("watch.ready", folder=folder, settle=settle)
        for task in watched.begun():
            await _take(runtime, watcher, task)
        await _watch(runtime, watched, watcher, stop, once=once)
    runtime.say("watch.stopped")


async def _watch(
    runtime: Runtime,
    watched: WatchedFolder,
    watcher: Watcher,
    stop: asyncio.Event,
    *,
    once: bool,
) -> None:
    named: set[str] = set()
    begun = time.monotonic()
    while not stop.is_set():
        for name, reason in watched.ignored().items():
            if name not in named:
                named.add(name)
                runtime.say(f"watch.ignored.{reason}", file=name)
        for file in watched.complete(time.monotonic()):
            if stop.is_set():
                return
            await _take(runtime, watcher, watched.claim(file, runtime.local(now())))
        if once and time.monotonic() - begun >= watched.settle:
            return
        await _pause(stop)


async def _take(runtime: Runtime, watcher: Watcher, task: Task) -> None:
    outcome = await watcher.take(task)
    if outcome is None:
        return
    if outcome.report is None:
        runtime.say("watch.refused", file=task.name, reason=outcome.reason)
        return
    if outcome.resumed:
        runtime.say("watch.resumed", file=task.name, id=str(outcome.import_id))
    tell(runtime, Format.TABLE, outcome.report)
    runtime.say(f"watch.moved.{outcome.place}", file=task.name)


async def _pause(stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await stop.wait()
    except TimeoutError:
        return
