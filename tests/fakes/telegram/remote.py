"""A fake Telegram in a process of its own, held by the hand from a test or a benchmark."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.fakes.telegram.state import TOKEN

REPOSITORY = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class RemoteTelegram:
    """The far end of `control`: one method for all its verbs."""

    root: str
    session: aiohttp.ClientSession
    token: str = TOKEN

    async def order(self, verb: str, **order: Any) -> Any:  # noqa: ANN401 - it is JSON
        """POST /control/VERB and return its result; raises RuntimeError with the fake's reason."""
        async with self.session.post(f"{self.root}/control/{verb}", json=order) as answer:
            body = await answer.json()
        if "error" in body:
            raise RuntimeError(body["error"])
        return body["result"]

    async def does(self, person: int, act: str, *args: object) -> int | None:
        """An act of a person (`types`, `taps`, `opens`, …); returns the update's id."""
        update: int | None = await self.order("does", person=person, act=act, args=list(args))
        return update


@asynccontextmanager
async def remote_telegram(*options: str) -> AsyncIterator[RemoteTelegram]:
    """Start `python -m tests.fakes.telegram` with these options, and end it afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.fakes.telegram",
        *options,
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        root = (await process.stdout.readline()).decode().strip()
        timeout = aiohttp.ClientTimeout(total=120)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            yield RemoteTelegram(root, session)
    finally:
        process.terminate()
        await process.wait()
