"""Group commit: items that wait while one transaction runs share the next one.

Also the wait function of the queue loops.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

GATHERING = 0.1
"""How long to wait for more, as a share of the duration of the last batch, if it was shared."""
TURNS = 3
"""A batch is complete when nobody has come during this number of turns of the event loop: a request
takes as long from its socket to `submit`."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Waiter(Generic[Item, Result]):
    item: Item
    urgent: bool
    result: asyncio.Future[Result]


class Batcher(Generic[Item, Result]):
    """Combines many concurrent `submit` into few calls of `together`, in order, one at a time.

    A failed call fails for every caller whose item was in it. Beyond `max_waiting` items `submit`
    waits for room: a flood slows its callers down instead of filling the memory.
    """

    def __init__(
        self,
        together: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        max_batch: int,
        max_waiting: int = 10_000,
        linger_seconds: float = 0.0,
    ) -> None:
        """`linger_seconds`: how long items wait for others, unless they are urgent."""
        self._together = together
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._linger_seconds = linger_seconds
        self._hurry = asyncio.Event()
        self._room = asyncio.Event()
        self._waiting: deque[_Waiter[Item, Result]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._took = 0.0
        self._shared = False

    def submit(self, item: Item, *, urgent: bool = True) -> Awaitable[Result]:
        """Process `item` with the next batch; the result raises what that batch raises."""
        if len(self._waiting) >= self._max_waiting:
            return self._submit_later(item, urgent=urgent)
        return self._add(item, urgent=urgent)

    async def _submit_later(self, item: Item, *, urgent: bool) -> Result:
        while len(self._waiting) >= self._max_waiting:
            self._room.clear()
            await self._room.wait()
        return await self._add(item, urgent=urgent)

    def _add(self, item: Item, *, urgent: bool) -> asyncio.Future[Result]:
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiter(item, urgent, result))
        if urgent or len(self._waiting) >= self._max_batch:
            self._hurry.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return result

    def hurry(self) -> None:
        """Process the waiting items at once."""
        self._hurry.set()

    async def finish(self) -> None:
        """Wait until all items are processed."""
        while self._running is not None:
            await asyncio.wait({self._running})

    async def close(self) -> None:
        """Drop unprocessed items; their callers are cancelled."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._linger()
                await self._gather()
                count = min(len(self._waiting), self._max_batch)
                batch = [self._waiting.popleft() for _ in range(count)]
                self._room.set()
                await self._run_batch(batch)
        finally:
            self._running = None
            for waiter in self._waiting:
                waiter.result.cancel()
            self._waiting.clear()
            self._room.set()

    async def _linger(self) -> None:
        """Wait until an item is urgent or the batch is full."""
        patient = not any(waiter.urgent for waiter in self._waiting)
        self._hurry.clear()
        if self._linger_seconds and patient and len(self._waiting) < self._max_batch:
            await wait_at_most(self._hurry, self._linger_seconds)

    async def _gather(self) -> None:
        """Include items that arrive right now, and callers of the last batch that submit again at
        once: otherwise under load half of them would wait for the batch of the other half."""
        if self._shared:
            await asyncio.sleep(self._took * GATHERING)
        seen = 0
        while seen < len(self._waiting) < self._max_batch:
            seen = len(self._waiting)
            for _ in range(TURNS):
                await asyncio.sleep(0)

    async def _run_batch(self, batch: Sequence[_Waiter[Item, Result]]) -> None:
        begun = asyncio.get_running_loop().time()
        await self._do(batch)
        self._took = asyncio.get_running_loop().time() - begun
        self._shared = len(batch) > 1

    async def _do(self, batch: Sequence[_Waiter[Item, Result]]) -> None:
        try:
            results = await self._together([waiter.item for waiter in batch])
        except Exception as error:
            _tell(batch, error)
        except BaseException:
            for waiter in batch:
                waiter.result.cancel()
            raise
        else:
            for waiter, result in zip(batch, results, strict=True):
                if not waiter.result.done():
                    waiter.result.set_result(result)


def _tell(batch: Sequence[_Waiter[Item, Result]], error: Exception) -> None:
    for waiter in batch:
        if not waiter.result.done():
            waiter.result.set_exception(error)


async def wait_at_most(event: asyncio.Event, seconds: float) -> None:
    """Wait until `event` is set, or for `seconds`.

    `asyncio.wait_for` may swallow a cancellation that comes together with the event (until Python
    3.12); a loop that waits with it then never ends.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
