"""`motcua telegram check` against the fake Telegram."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.parse import ALLOWED_UPDATES
from tests.acceptance.support.command import Motcua, Outcome
from tests.fakes.telegram import FakeTelegram, FaultKind


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    """A fake at which nothing is set up yet."""
    async with FakeTelegram() as fake:
        yield fake


async def check(fake: FakeTelegram, tmp_path: Path, *args: str, **settings: str) -> Outcome:
    """Run the command in an empty folder with these settings, with the fake running."""
    own = {"telegram_token": fake.token, "telegram_api_base": fake.root, "lang": "en"}
    motcua = Motcua(folder=tmp_path, url="sqlite:///motcua.sqlite", settings=own)
    return await asyncio.to_thread(partial(motcua, "telegram", "check", *args, **settings))


def states(found: Outcome) -> dict[str, str]:
    """State by part, from the JSON."""
    return {row["part"]: row["state"] for row in json.loads(found.out)}


HOOK = {
    "telegram_mode": "webhook",
    "public_url": "https://motcua.example",
    "telegram_webhook_secret": "s3cret_s3cret",
}


async def test_polling_is_checked_and_mended(fake: FakeTelegram, tmp_path: Path) -> None:
    """A fresh bot lacks its commands; --fix sets them in both languages, and all is right."""
    found = await check(fake, tmp_path, "--format", "json")
    assert found.code == 1
    assert states(found) == {
        "token": "right",
        "webhook": "right",
        "commands": "wrong",
        "menu": "right",
    }
    assert "--fix" in found.err
    mended = await check(fake, tmp_path, "--fix", "--format", "json")
    assert mended.code == 0
    assert set(states(mended).values()) == {"right"}
    commands = fake.state.commands
    assert {language for _, language in commands} == {"", "vi", "en"}
    assert commands["default:", "en"] != commands["default:", "vi"] == commands["default:", ""]
    assert commands["default:", ""][0]["command"] == "start"


async def test_webhook_is_checked_and_mended(fake: FakeTelegram, tmp_path: Path) -> None:
    """Webhook, secret and menu are set; what waits at Telegram is kept."""
    lan = fake.person(1)
    await lan.types("chào")
    assert states(await check(fake, tmp_path, "--format", "json", **HOOK))["webhook"] == "wrong"
    mended = await check(fake, tmp_path, "--fix", "--format", "json", **HOOK)
    webhook = fake.state.updates.webhook
    assert webhook is not None
    assert (webhook.url, webhook.secret) == (
        "https://motcua.example/telegram/webhook",
        "s3cret_s3cret",
    )
    assert fake.state.updates.allowed == set(ALLOWED_UPDATES)
    assert fake.state.menus[None]["web_app"]["url"] == "https://motcua.example"
    assert len(fake.state.updates.pending) == 1
    assert states(mended)["webhook"] == states(mended)["menu"] == "right"


async def test_webhook_left_over(fake: FakeTelegram, tmp_path: Path) -> None:
    """Back to polling: the old webhook would keep polling silent, and is removed."""
    await check(fake, tmp_path, "--fix", **HOOK)
    assert states(await check(fake, tmp_path, "--format", "json"))["webhook"] == "wrong"
    assert (await check(fake, tmp_path, "--fix")).code == 0
    assert fake.state.updates.webhook is None


async def test_wrong_token(fake: FakeTelegram, tmp_path: Path) -> None:
    """A token that Telegram does not know is said to be wrong, and is not printed."""
    token = "7:" + "x" * 35
    found = await check(fake, tmp_path, "--fix", "--format", "json", telegram_token=token)
    assert found.code == 1
    assert states(found) == {"token": "wrong"}
    assert token not in found.out + found.err


async def test_table_for_people(fake: FakeTelegram, tmp_path: Path) -> None:
    """The table speaks the user's language."""
    found = await check(fake, tmp_path, lang="vi")
    assert "Danh sách lệnh" in found.out
    assert "SAI" in found.out
    assert "@motcua_fake_bot" in found.out


async def test_telegram_out_of_reach(fake: FakeTelegram, tmp_path: Path) -> None:
    """Nobody at the other end, or half-way gone: a sentence, never a traceback."""
    gone = await check(fake, tmp_path, "--format", "json", telegram_api_base="http://127.0.0.1:1")
    assert (gone.code, states(gone)) == (1, {"connection": "wrong"})
    fake.fault(FaultKind.CUT, method="getMyCommands")
    half = await check(fake, tmp_path)
    assert half.code == 1
    assert half.err.count("\n") == 1
    assert "did not answer" in half.err


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"telegram_token": ""}, "MOTCUA_TELEGRAM_TOKEN"),
        ({"telegram_token": "rubbish"}, "not a bot token"),
        ({**HOOK, "public_url": ""}, "MOTCUA_PUBLIC_URL"),
        ({**HOOK, "public_url": "http://motcua.example"}, "https"),
        ({**HOOK, "public_url": "https://motcua.example:8080"}, "8443"),
        ({**HOOK, "telegram_webhook_secret": ""}, "MOTCUA_TELEGRAM_WEBHOOK_SECRET"),
        ({**HOOK, "telegram_webhook_secret": "a b"}, "MOTCUA_TELEGRAM_WEBHOOK_SECRET"),
    ],
)
async def test_settings_that_cannot_work(
    fake: FakeTelegram, tmp_path: Path, settings: dict[str, Any], expected: str
) -> None:
    """What cannot work is refused with the mend, before Telegram is asked anything."""
    found = await check(fake, tmp_path, **settings)
    assert found.code == 1
    assert expected in found.err
    assert found.err.count("\n") == 1
    assert fake.calls() == []
