"""One citizen's phone on any channel: the same acts, so that one suite runs over all of them."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from tests.acceptance.support.command import Motcua
from tests.acceptance.support.telegram import free_port
from tests.fakes.hours import ANY_HOUR
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram import Person as TelegramPerson
from tests.fakes.zalo_bot import FakeZaloBot
from tests.fakes.zalo_bot import Person as ZaloBotPerson
from tests.fakes.zalo_oa.person import Person as ZaloPerson
from tests.fakes.zalo_oa.server import FakeZaloOA
from tests.fakes.zalo_oa.state import APP_ID, APP_SECRET, OA_ID, OA_SECRET

SECRET = "bi-mat_1-cua-chung-toi"
PATIENCE = 60.0


class Phone(Protocol):
    """What a citizen does and sees."""

    async def opens(self, token: str) -> None:
        """Begin with the link of a dossier."""

    async def chooses(self, label: str) -> None:
        """Choose what is labelled so: by a tap, or by typing its number."""

    async def chooses_first(self) -> None:
        """Choose the first answer of the question on the screen."""

    async def types(self, text: str) -> None:
        """Type a text."""

    async def sees(self, text: str) -> str:
        """Wait for these words; returns the whole message."""

    @property
    def heard(self) -> Sequence[str]:
        """Every message that arrived, as it is now."""


@dataclass(frozen=True, slots=True)
class TelegramPhone:
    """With buttons, on messages that change in their place."""

    person: TelegramPerson

    async def opens(self, token: str) -> None:
        """By the deep link."""
        await self.person.opens(token)

    async def chooses(self, label: str) -> None:
        """By a tap."""
        await self.person.taps(label)

    async def chooses_first(self) -> None:
        """By a tap on the first button of the newest message."""
        newest = self.person.received[-1]
        await self.person.taps(newest.labels[0], newest)

    async def types(self, text: str) -> None:
        """Into the chat."""
        await self.person.types(text)

    async def sees(self, text: str) -> str:
        """In any message."""
        return (await self.person.sees(text, PATIENCE)).text

    @property
    def heard(self) -> Sequence[str]:
        """The bot's messages."""
        return [one.text for one in self.person.received]


@dataclass(frozen=True, slots=True)
class TypingPhone:
    """Without buttons: every choice is a typed number."""

    person: ZaloBotPerson | ZaloPerson

    async def opens(self, token: str) -> None:
        """The link of the page, pasted into the chat."""
        await self.person.types(f"https://motcua.example/#{token}")

    async def chooses(self, label: str) -> None:
        """By the number in front of the label."""
        numbered = re.compile(rf"^\s*(\d+)\.\s+{re.escape(label)}", re.MULTILINE)
        found = next(filter(None, map(numbered.search, reversed(self.heard))), None)
        assert found is not None, f"no choice “{label}”:\n{self.person.picture()}"
        await self.person.types(found[1])

    async def chooses_first(self) -> None:
        """By its number."""
        await self.person.types("1")

    async def types(self, text: str) -> None:
        """Into the chat."""
        await self.person.types(text)

    async def sees(self, text: str) -> str:
        """In any message."""
        found = await self.person.sees(text, PATIENCE)
        return found if isinstance(found, str) else found.text

    @property
    def heard(self) -> Sequence[str]:
        """The bot's messages."""
        return [one if isinstance(one, str) else one.text for one in self.person.received]


@dataclass(frozen=True, kw_only=True)
class FarEnd:
    """One channel's server. `settings` are those of a deployment at `port`; `ready` does what a
    person does once, before the first start and after it."""

    name: str
    phone: Callable[[int], Phone]
    settings: Callable[[int], dict[str, str]]
    authorise: Callable[[Motcua], None] = lambda _motcua: None
    after_start: Callable[[str], Awaitable[None]] | None = None
    disturb: Callable[[], None] = lambda: None
    """From now on updates come twice and in any order, as far as the channel does that."""


@asynccontextmanager
async def telegram_polling() -> AsyncIterator[FarEnd]:
    """Telegram, asked for updates."""
    async with FakeTelegram() as fake:
        yield FarEnd(
            name="telegram",
            phone=lambda number: TelegramPhone(fake.person(number)),
            settings=lambda _port: {
                "telegram_token": fake.token,
                "telegram_api_base": fake.root,
            },
        )


def _zalo_bot(fake: FakeZaloBot, **more: str) -> dict[str, str]:
    return {"zalo_bot_token": fake.token, "zalo_bot_api_base": fake.root, **more}


@asynccontextmanager
async def zalo_bot_polling() -> AsyncIterator[FarEnd]:
    """A Zalo bot, asked for updates."""
    async with FakeZaloBot(speaks_http=True) as fake:
        yield FarEnd(
            name="zalo_bot",
            phone=lambda number: TypingPhone(fake.person(number)),
            settings=lambda _port: _zalo_bot(fake, zalo_bot_poll_seconds="2"),
        )


@asynccontextmanager
async def zalo_bot_webhook() -> AsyncIterator[FarEnd]:
    """A Zalo bot that is told its updates."""
    async with FakeZaloBot(seed=7) as fake:

        def disturb() -> None:
            fake.shuffled, fake.repeated = True, 0.5

        yield FarEnd(
            name="zalo_bot",
            phone=lambda number: TypingPhone(fake.person(number)),
            settings=lambda port: _zalo_bot(
                fake,
                zalo_bot_mode="webhook",
                zalo_bot_webhook_secret=SECRET,
                public_url=f"http://127.0.0.1:{port}",
            ),
            disturb=disturb,
        )


@asynccontextmanager
async def zalo_oa_webhook() -> AsyncIterator[FarEnd]:
    """An Official Account, authorised once by a person, whose console knows the webhook."""
    async with FakeZaloOA() as fake:
        yield zalo_oa_of(fake)


def zalo_oa_of(fake: FakeZaloOA) -> FarEnd:
    """The far end of this Official Account."""
    _, refresh = fake.pair()

    def authorise(motcua: Motcua) -> None:
        done = motcua("zalo", "authorize", "--refresh-token", "-", typed=refresh)
        assert "Traceback" not in done.err, done.err

    async def after_start(address: str) -> None:
        assert await fake.hook.set_url(f"{address}/zalo/webhook") == 200

    def disturb() -> None:
        fake.hook.repeated, fake.hook.chance = 0.5, Random(7)

    return FarEnd(
        name="zalo_oa",
        phone=lambda number: TypingPhone(fake.person(number)),
        settings=lambda _port: {
            "zalo_oa_app_id": APP_ID,
            "zalo_oa_app_secret": APP_SECRET,
            "zalo_oa_secret": OA_SECRET,
            "zalo_oa_id": OA_ID,
            "zalo_oa_api_base": fake.root,
            "zalo_oa_oauth_base": fake.root,
        },
        authorise=authorise,
        after_start=after_start,
        disturb=disturb,
    )


Opening = Callable[[], AbstractAsyncContextManager[FarEnd]]
FAR_ENDS: dict[str, Opening] = {
    "telegram": telegram_polling,
    "zalo_bot": zalo_bot_polling,
    "zalo_bot-webhook": zalo_bot_webhook,
    "zalo_oa": zalo_oa_webhook,
}
"""Every channel that the suite runs over; a new one is a line here."""


def settings_of(far_end: FarEnd, **more: Any) -> dict[str, str]:  # noqa: ANN401
    """A deployment's settings at a port of its own."""
    port = free_port()
    own = {"listen": f"127.0.0.1:{port}", "metrics_listen": "off"}
    return ANY_HOUR | own | far_end.settings(port) | more
