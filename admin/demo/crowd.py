"""Simulated citizens: each opens a link and taps through the form as a real citizen would.

They use a second bot of the web channel, so their messages go through inbox, interview and outbox,
and their contacts, invitations and responses are marked `simulated`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bot.channels.web.channel import WebChannel
from bot.render import parse_button
from surveys.interview import OFFER, Tap
from surveys.store.citizens.web_messages import Author, WebMessage

AT_ONCE = 24
"""The number of citizens that answer concurrently."""
PATIENCE_SECONDS = 60.0
"""A simulated citizen gives up after this time without a message from the bot."""
CHANCES: dict[str, dict[str, int]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text("utf-8")
)

AnyButton = dict[str, Any]
Post = Callable[[str, dict[str, Any]], Awaitable[None]]
"""Put one update of a session into the inbox: session, payload."""


@dataclass(slots=True)
class Crowd:
    """Citizens who answer in the background; `done` of `total` have finished."""

    channel: WebChannel
    post: Post
    total: int = 0
    done: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def running(self) -> bool:
        """Whether a citizen is still answering."""
        return bool(self.tasks)

    def begin(self, tokens: list[str]) -> None:
        """Start one citizen per token; returns at once."""
        self.total, self.done = len(tokens), 0
        task = asyncio.create_task(self._all(tokens))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def stop(self) -> None:
        """Stop all citizens; their answers so far are kept."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _all(self, tokens: list[str]) -> None:
        turn = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._one(token, turn) for token in tokens))

    async def _one(self, token: str, turn: asyncio.Semaphore) -> None:
        async with turn:
            citizen = Citizen(session=f"sim-{token}", mood=Random(token))  # noqa: S311
            await citizen.answer(token, self.channel, self.post)
            self.done += 1


@dataclass(slots=True)
class Citizen:
    """One simulated citizen in front of the page."""

    session: str
    mood: Random
    said: int = 0

    async def answer(self, token: str, channel: WebChannel, post: Post) -> None:
        """Open the link, agree, and tap until the bot has no more questions."""
        await self._say(post, "start", token)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                async for question in _questions(channel, self.session):
                    button = self._choose(question)
                    await self._say(post, "tap", button["label"], button["data"])
                    if _ends(button):
                        return
        except TimeoutError:
            return

    def _choose(self, message: WebMessage) -> AnyButton:
        """Choose a button by its question's probabilities, else the ending one, else the first."""
        buttons: list[AnyButton] = [button for row in message.body["buttons"] for button in row]
        taps = [(button, tap) for button in buttons if (tap := _tap(button))]
        answers = [(button, tap) for button, tap in taps if tap.question in CHANCES]
        if answers:
            weights = [CHANCES[tap.question].get(tap.option, 0) for _, tap in answers]
            return self.mood.choices(answers, weights)[0][0]
        return next(filter(_ends, buttons), buttons[0])

    async def _say(self, post: Post, kind: str, text: str, data: str = "") -> None:
        self.said += 1
        event = {"id": f"{self.said:08d}", "kind": kind, "text": text, "data": data}
        await post(self.session, event | {"session": self.session, "language": "vi"})


async def _questions(channel: WebChannel, session: str) -> AsyncIterator[WebMessage]:
    """Yield the bot's messages that wait for a tap, until there are no more."""
    async for page in channel.messages(session, 0):
        said = [message for message in page.messages if message.author is Author.BOT]
        if said and not _asks(said[-1]):
            return
        if said:
            yield said[-1]


def _asks(message: WebMessage) -> bool:
    return any(button["data"] for row in message.body.get("buttons", ()) for button in row)


def _ends(button: AnyButton) -> bool:
    tap = _tap(button)
    return tap is not None and (tap.question, tap.option) == (OFFER, "done")


def _tap(button: AnyButton) -> Tap | None:
    press = parse_button(button["data"])
    return press.event if press and isinstance(press.event, Tap) else None
