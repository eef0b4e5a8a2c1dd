"""A client of the fake Telegram, of no particular library."""

from typing import Any

import aiohttp

from tests.fakes.telegram import FakeTelegram

Answer = tuple[int, dict[str, Any]]


class Client:
    """Calls the fake with a JSON body, as a client of no particular library."""

    def __init__(self, fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
        self.fake = fake
        self.session = session

    async def call(self, method: str, **params: object) -> Answer:
        """Status and body of one call."""
        url = f"{self.fake.root}/bot{self.fake.token}/{method}"
        async with self.session.post(url, json=params) as response:
            return response.status, await response.json(content_type=None)

    async def refusal(self, method: str, **params: object) -> str:
        """The description of a call that is refused."""
        status, body = await self.call(method, **params)
        assert status >= 400
        assert body["ok"] is False
        return str(body["description"])

    async def result(self, method: str, **params: object) -> Any:  # noqa: ANN401 - it is JSON
        """The result of a call that works."""
        status, body = await self.call(method, **params)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]


def inline(text: str = "Có", data: str = "y") -> dict[str, Any]:
    """A keyboard of one button."""
    return {"inline_keyboard": [[{"text": text, "callback_data": data}]]}
