"""The fake Telegram as a process of its own does what the one in the test does."""

import aiohttp
import pytest

from tests.fakes.telegram.remote import remote_telegram


async def test_steered_over_http() -> None:
    """People, acts, faults and measurements work through the control interface."""
    async with remote_telegram("--no-limits") as fake, aiohttp.ClientSession() as http:
        assert await fake.order("people", first=1, count=3) == 3
        update = await fake.does(2, "types", "chào")
        assert update is not None
        await fake.order("fault", kind="status", method="sendMessage", code=502)
        url = f"{fake.root}/bot{fake.token}/sendMessage"
        for status in (502, 200):
            async with http.post(url, data={"chat_id": "2", "text": "Kính chào"}) as answer:
                assert answer.status == status
        screen = await fake.order("screen", person=2)
        assert [(one["from_bot"], one["text"]) for one in screen] == [
            (False, "chào"),
            (True, "Kính chào"),
        ]
        assert (await fake.order("updates"))["pending"] == [update]
        assert [call["status"] for call in await fake.order("transcript")] == [502, 200]
        assert await fake.order("worst_window", seconds=60) == 2
        with pytest.raises(RuntimeError, match="no such verb"):
            await fake.order("rubbish")
