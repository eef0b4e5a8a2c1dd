"""`motcua zalo authorize` and `motcua zalo check` for the Official Account, against the fake."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from surveys.store.base.database import Database
from surveys.store.system import audit
from tests.acceptance.support.command import Motcua, Outcome
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, OA_ID, OA_SECRET, FakeZaloOA


@pytest.fixture
async def fake() -> AsyncIterator[FakeZaloOA]:
    """Zalo, where nobody has authorised anything yet."""
    async with FakeZaloOA() as fake:
        yield fake


@pytest.fixture
async def motcua(fake: FakeZaloOA, sqlite_url: str, tmp_path: Path) -> Motcua:
    """An office with the settings of its account."""
    settings = {
        "lang": "en",
        "key": "0f" * 16 + "a1" * 16,
        "zalo_oa_app_id": APP_ID,
        "zalo_oa_app_secret": APP_SECRET,
        "zalo_oa_secret": OA_SECRET,
        "zalo_oa_id": OA_ID,
        "zalo_oa_api_base": fake.root,
        "zalo_oa_oauth_base": fake.root,
        "public_url": "https://motcua.example",
    }
    made = Motcua(folder=tmp_path, url=sqlite_url, settings=settings)
    assert (await asyncio.to_thread(made, "db", "upgrade")).code == 0
    return made


async def run(motcua: Motcua, *args: str, typed: str = "", **settings: str) -> Outcome:
    """`motcua zalo …`, with the fake running."""
    return await asyncio.to_thread(partial(motcua, "zalo", *args, typed=typed, **settings))


def states(found: Outcome) -> dict[str, str]:
    """State by part, from the JSON."""
    return {row["part"]: row["state"] for row in json.loads(found.out)}


async def test_before_anything_is_authorised(motcua: Motcua) -> None:
    """The check names the command, and exits 1."""
    found = await run(motcua, "check")
    assert found.code == 1
    assert "motcua zalo authorize" in found.out
    assert APP_SECRET not in found.out + found.err


async def test_a_code_makes_everything_right(motcua: Motcua, fake: FakeZaloOA) -> None:
    """With the verifier of the console; once, and in the audit log without the code."""
    code = fake.grants("code-abc", verifier="v" * 43)
    done = await run(
        motcua, "authorize", "--code", code, "--verifier", "v" * 43, "--format", "json"
    )
    assert done.code == 0, done.err
    assert set(states(done).values()) == {"right"}
    assert set(states(await run(motcua, "check", "--format", "json")).values()) == {"right"}
    again = await run(motcua, "authorize", "--code", code)
    assert again.code == 1
    assert "work only once" in again.err
    assert (await run(motcua, "check")).code == 0, "a refused code takes nothing away"
    log = await _log(motcua)
    assert "zalo.authorize" in log
    assert "code-abc" not in log


async def test_a_refresh_token_comes_by_standard_input_only(
    motcua: Motcua, fake: FakeZaloOA
) -> None:
    """A command line can be read by everybody on the machine."""
    _, refresh = fake.pair()
    shown = await run(motcua, "authorize", "--refresh-token", refresh)
    assert shown.code == 1
    assert "standard input" in shown.err
    assert refresh in fake.state.tokens.refresh, "not used"
    done = await run(motcua, "authorize", "--refresh-token", "-", typed=f"{refresh}\n")
    assert done.code == 0, done.err
    assert refresh not in fake.state.tokens.refresh


@pytest.mark.parametrize(
    "args", [(), ("--code", "a", "--refresh-token", "-")], ids=["neither", "both"]
)
async def test_one_way_exactly(motcua: Motcua, args: tuple[str, ...]) -> None:
    """Neither, or both, is refused before Zalo is asked."""
    found = await run(motcua, "authorize", *args, typed="x")
    assert found.code == 1
    assert "exactly one" in found.err


async def test_what_is_wrong_is_named(motcua: Motcua, fake: FakeZaloOA) -> None:
    """Another account, not verified, no public address, no key for the webhook."""
    await run(motcua, "authorize", "--code", fake.grants())
    fake.state.is_verified = False
    broken = {"zalo_oa_id": "42", "public_url": "", "zalo_oa_secret": ""}
    found = await run(motcua, "check", "--format", "json", **broken)
    wrong = {part for part, state in states(found).items() if state == "wrong"}
    assert found.code == 1
    assert wrong == {"account", "verified", "webhook"}


async def test_a_lost_chain_is_said_plainly(motcua: Motcua, fake: FakeZaloOA) -> None:
    """After Zalo took the tokens back."""
    await run(motcua, "authorize", "--code", fake.grants())
    fake.state.tokens.access.clear()
    fake.state.tokens.refresh.clear()
    found = await run(motcua, "check")
    assert found.code == 1
    assert "authorise again" in found.out


async def test_zalo_out_of_reach(motcua: Motcua, fake: FakeZaloOA) -> None:
    """A sentence, never a traceback."""
    nowhere = {"zalo_oa_oauth_base": "http://127.0.0.1:1"}
    found = await run(motcua, "authorize", "--code", fake.grants(), **nowhere)
    assert found.code == 1
    assert found.err.count("\n") == 1
    assert "did not answer" in found.err


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"zalo_oa_app_id": "abc"}, "MOTCUA_ZALO_OA_APP_ID"),
        ({"zalo_oa_app_secret": ""}, "MOTCUA_ZALO_OA_APP_SECRET"),
        (
            {"zalo_oa_secret": "", "zalo_oa_signature_key": "oa_secret"},
            "MOTCUA_ZALO_OA_SECRET",
        ),
        ({"zalo_oa_api_base": "http://zalo.example"}, "https"),
    ],
)
async def test_settings_that_cannot_work(
    motcua: Motcua, fake: FakeZaloOA, settings: dict[str, str], expected: str
) -> None:
    """Refused with the mend, before Zalo is asked anything."""
    found = await run(motcua, "check", **settings)
    assert found.code == 1
    assert expected in found.err
    assert fake.state.asked == []


async def test_without_a_database(motcua: Motcua, tmp_path: Path) -> None:
    """The tokens are there, so it has to be made first; the check makes no empty file."""
    elsewhere = replace(motcua, url=f"sqlite:///{tmp_path}/none.sqlite")
    found = await run(elsewhere, "check")
    assert found.code == 1
    assert "motcua db upgrade" in found.err
    assert not (tmp_path / "none.sqlite").exists()


async def _log(motcua: Motcua) -> str:
    database = Database.open(motcua.url)
    try:
        async with database.read() as conn:
            return str(await audit.list_entries(conn, limit=10))
    finally:
        await database.close()
