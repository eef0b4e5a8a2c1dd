"""A bell that rings whenever something has happened, for those who wait for a condition."""

import asyncio
from collections.abc import Callable


class Bell:
    """Ring it after every change; every waiting task looks again."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Return as soon as the condition holds; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                await self._rung.wait()
