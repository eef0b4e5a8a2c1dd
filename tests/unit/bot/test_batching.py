"""What waits is done together, in order, and a failure reaches everybody it concerns."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.batching import Batcher


class Doubler:
    """Doubles numbers, remembers the batches, and fails on a batch with a zero."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        await self.gate.wait()
        if 0 in numbers:
            raise ValueError("zero")
        return [2 * number for number in numbers]


async def test_what_waits_during_one_batch_is_the_next() -> None:
    """Items that come while a batch runs share the following one, in the order they came."""
    double = Doubler()
    batcher = Batcher(double, max_batch=100)
    double.gate.clear()
    first = asyncio.ensure_future(batcher.submit(1))
    await asyncio.sleep(0.01)
    rest = [asyncio.ensure_future(batcher.submit(number)) for number in range(2, 6)]
    await asyncio.sleep(0.01)
    double.gate.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6, 8, 10]
    assert double.batches == [[1], [2, 3, 4, 5]]


async def test_who_comes_back_at_once_joins_the_next_batch() -> None:
    """Ten senders that never pause share their batches: nobody is left to a batch of its own."""
    double = Doubler()
    batcher = Batcher(double, max_batch=100)

    async def send(number: int) -> None:
        for _ in range(20):
            assert await batcher.submit(number) == 2 * number

    await asyncio.gather(*(send(number) for number in range(1, 11)))
    assert len(double.batches) <= 25


async def test_who_comes_a_few_turns_later_joins_as_well() -> None:
    """A turn of the event loop without anybody is no end: a request that was read from its socket
    takes some until it comes to `submit`."""
    double = Doubler()
    batcher = Batcher(double, max_batch=100)

    async def send(number: int) -> None:
        for _ in range(2 * number):
            await asyncio.sleep(0)
        assert await batcher.submit(number) == 2 * number

    await asyncio.gather(*(send(number) for number in (1, 2, 3)))
    assert double.batches == [[1, 2, 3]]


async def test_a_batch_has_a_largest_size() -> None:
    """More than `max_batch` items are several batches."""
    double = Doubler()
    batcher = Batcher(double, max_batch=3)
    await asyncio.gather(*(batcher.submit(number) for number in range(1, 9)))
    assert [len(batch) for batch in double.batches] == [3, 3, 2]


async def test_a_failed_batch_fails_for_each_of_its_items_and_for_no_other() -> None:
    """Everybody in the failed batch is told; the next batch is not affected."""
    batcher = Batcher(Doubler(), max_batch=2)
    results = await asyncio.gather(
        *(batcher.submit(number) for number in (1, 0, 3, 4)), return_exceptions=True
    )
    assert [type(result) for result in results] == [ValueError, ValueError, int, int]


async def test_a_sender_that_gives_up_disturbs_nobody() -> None:
    """A cancelled sender's batch goes on for the others."""
    double = Doubler()
    batcher = Batcher(double, max_batch=10)
    double.gate.clear()
    impatient, patient = (asyncio.ensure_future(batcher.submit(n)) for n in (1, 2))
    await asyncio.sleep(0.01)
    impatient.cancel()
    await asyncio.sleep(0.01)
    double.gate.set()
    assert await patient == 4
    assert impatient.cancelled()


async def test_the_queue_is_bounded() -> None:
    """Beyond `max_waiting` a sender waits outside instead of filling the memory."""
    double = Doubler()
    batcher = Batcher(double, max_batch=1, max_waiting=2)
    double.gate.clear()
    tasks = [asyncio.ensure_future(batcher.submit(number)) for number in range(1, 7)]
    await asyncio.sleep(0.01)
    assert len(batcher._waiting) == 2
    double.gate.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8, 10, 12]
    assert sorted(double.batches) == [[number] for number in range(1, 7)]


async def test_finish_waits_for_all_and_close_for_none() -> None:
    """`finish` returns when everything is done; `close` cancels what is not."""
    double = Doubler()
    batcher = Batcher(double, max_batch=1)
    done = asyncio.ensure_future(batcher.submit(1))
    await asyncio.sleep(0)
    await batcher.finish()
    assert await done == 2
    double.gate.clear()
    lost = [asyncio.ensure_future(batcher.submit(number)) for number in (1, 2)]
    await asyncio.sleep(0.01)
    await batcher.close()
    results = await asyncio.gather(*lost, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)


async def test_an_error_is_not_raised_where_nobody_waits() -> None:
    """The batcher itself survives a failing batch."""
    batcher = Batcher(Doubler(), max_batch=1)
    with pytest.raises(ValueError, match="zero"):
        await batcher.submit(0)
    assert await batcher.submit(5) == 10
