"""`motcua zalo check` for a Zalo bot, against the fake."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.acceptance.support.command import Motcua, Outcome
from tests.fakes.zalo_bot import FakeZaloBot
from tests.fakes.zalo_bot.state import Webhook

HOOK = {
    "zalo_bot_mode": "webhook",
    "public_url": "https://motcua.example",
    "zalo_bot_webhook_secret": "s3cret_s3cret",
}
AWAY = Webhook(url="https://elsewhere.example/hook", secret="12345678")


@pytest.fixture
async def fake() -> AsyncIterator[FakeZaloBot]:
    """A fake at which nothing is set up yet."""
    async with FakeZaloBot() as fake:
        yield fake


async def check(fake: FakeZaloBot, tmp_path: Path, *args: str, **settings: str) -> Outcome:
    """Run the command in an empty folder with these settings, with the fake running."""
    own = {"zalo_bot_token": fake.token, "zalo_bot_api_base": fake.root, "lang": "en"}
    motcua = Motcua(folder=tmp_path, url="sqlite:///motcua.sqlite", settings=own)
    return await asyncio.to_thread(partial(motcua, "zalo", "check", *args, **settings))


def states(found: Outcome) -> dict[str, str]:
    """State by part, from the JSON."""
    return {row["part"]: row["state"] for row in json.loads(found.out)}


async def test_a_webhook_left_over_is_said_and_mended(fake: FakeZaloBot, tmp_path: Path) -> None:
    """It would keep polling silent; the check names it, `--fix` removes it."""
    assert (await check(fake, tmp_path)).code == 0
    fake.state.webhook = AWAY
    found = await check(fake, tmp_path, "--format", "json")
    assert (found.code, states(found)["webhook"]) == (1, "wrong")
    assert AWAY.url in found.out
    assert "zalo check --fix" in found.err
    assert (await check(fake, tmp_path, "--fix")).code == 0
    assert fake.state.webhook is None


async def test_the_webhook_is_set_with_its_secret(fake: FakeZaloBot, tmp_path: Path) -> None:
    """In webhook mode; the secret is not printed."""
    found = await check(fake, tmp_path, "--format", "json", **HOOK)
    assert states(found)["webhook"] == "wrong"
    mended = await check(fake, tmp_path, "--fix", **HOOK)
    assert mended.code == 0
    assert fake.state.webhook == Webhook(
        url="https://motcua.example/zalo-bot/webhook", secret="s3cret_s3cret"
    )
    assert "s3cret" not in found.out + found.err + mended.out + mended.err


async def test_the_caps_are_shown(fake: FakeZaloBot, tmp_path: Path) -> None:
    """With how much is used, in the user's language."""
    motcua = Motcua(folder=tmp_path, url="sqlite:///motcua.sqlite", settings={})
    assert (await asyncio.to_thread(motcua, "db", "upgrade")).code == 0
    found = await check(fake, tmp_path, lang="vi")
    assert "Zalo Bot: tin đã gửi trong tháng" in found.out
    assert "0/3000" in found.out
    assert "0/50" in found.out


async def test_a_wrong_token(fake: FakeZaloBot, tmp_path: Path) -> None:
    """Is said to be wrong, and is not printed."""
    token = "7:another-token"
    found = await check(fake, tmp_path, "--fix", "--format", "json", zalo_bot_token=token)
    assert (found.code, states(found)) == (1, {"token": "wrong"})
    assert token not in found.out + found.err


async def test_zalo_out_of_reach(fake: FakeZaloBot, tmp_path: Path) -> None:
    """Nobody at the other end: a line of the table, never a traceback."""
    gone = await check(fake, tmp_path, "--format", "json", zalo_bot_api_base="http://127.0.0.1:1")
    assert (gone.code, states(gone)) == (1, {"connection": "wrong"})


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"zalo_bot_token": ""}, "MOTCUA_ZALO_BOT_TOKEN"),
        ({"zalo_bot_token": "rubbish"}, "not a bot token"),
        ({**HOOK, "public_url": ""}, "MOTCUA_PUBLIC_URL"),
        ({**HOOK, "public_url": "http://motcua.example"}, "https"),
        ({**HOOK, "zalo_bot_webhook_secret": ""}, "MOTCUA_ZALO_BOT_WEBHOOK_SECRET"),
        ({**HOOK, "zalo_bot_webhook_secret": "short"}, "MOTCUA_ZALO_BOT_WEBHOOK_SECRET"),
        ({"zalo_bot_api_base": "http://bot-api.example"}, "https"),
    ],
)
async def test_settings_that_cannot_work(
    fake: FakeZaloBot, tmp_path: Path, settings: dict[str, str], expected: str
) -> None:
    """What cannot work is refused with the mend, before Zalo is asked anything."""
    found = await check(fake, tmp_path, **settings)
    assert found.code == 1
    assert expected in found.err
    assert found.err.count("\n") == 1
    assert fake.calls() == []
