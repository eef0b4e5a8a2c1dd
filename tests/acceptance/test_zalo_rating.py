"""From the invitation by phone to the stars in the tally, with a real `motcua serve` between."""

import asyncio
import json
import os
import shutil
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from surveys.store.base.database import Database
from surveys.store.base.schema import meta, responses
from tests.acceptance.support.command import Motcua
from tests.acceptance.support.serving import running
from tests.acceptance.support.telegram import KEY, found_office, free_port, phone_of, until
from tests.fakes.hours import ANY_HOUR
from tests.fakes.zalo_template import FakeZaloTemplate

CITIZENS = 3
STARS = {"stars": {"4": 1, "5": 2}}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returned dossiers with a phone number each."""
    return found_office(tmp_path_factory.mktemp("office"), count=CITIZENS)


async def test_stars_come_by_event_and_by_reconciliation(office: Path, tmp_path: Path) -> None:
    """Each citizen gets one template; a rating told by a signed event, one told while the service
    was down, and one whose event was lost: all in the tally, once. While no decision of the
    authority allows the channel, `serve` says so."""
    shutil.copy(office, tmp_path / "motcua.sqlite")
    url = f"sqlite:///{tmp_path}/motcua.sqlite"
    async with FakeZaloTemplate(night=()) as fake:
        phones = [fake.phone(f"84{phone_of(n)[1:]}") for n in range(1, CITIZENS + 1)]
        motcua = Motcua(folder=tmp_path, url=url, settings=_settings(fake))
        grant = partial(motcua, "zalo", "authorize", "--refresh-token", "-")
        await asyncio.to_thread(grant, typed=fake.state.refresh)
        env = {f"MOTCUA_{name.upper()}": value for name, value in motcua.settings.items()}
        env |= {"MOTCUA_DATABASE_URL": url, "PATH": os.environ["PATH"]}
        with running("serve", env=env) as served:
            assert "MOTCUA_CHANNEL_DECISION" in served.said
            fake.hook = f"{served.address}/zalo/webhook"
            invited = await asyncio.to_thread(motcua, "invite", "2021-Q2")
            assert invited.code == 0, invited.err
            await fake.until(lambda: all(one.received for one in phones), 60)
            await fake.rates(phones[0], 5, ("Đúng hẹn",), "Cảm ơn")
            await fake.rates(phones[1], 4, tells=False)
            await until(lambda: _are_kept(url, 1))
        await fake.rates(phones[2], 5, tells=False)
        await _frees_lease(url)
        decided = env | {"MOTCUA_CHANNEL_DECISION": "Quyết định 12/QĐ-UBND"}
        with running("serve", env=decided) as served:
            assert "MOTCUA_CHANNEL_DECISION" not in served.said
            await until(lambda: _are_kept(url, CITIZENS))
        await _frees_lease(url)
        fetched = await asyncio.to_thread(motcua, "zalo", "ratings", "--format", "json")
        assert json.loads(fetched.out)[0]["found"] == f"0 + {CITIZENS}", fetched.err
        assert [len(one.received) for one in phones] == [1] * CITIZENS
    tally = motcua.json("tally", "2021-Q2")
    found = {
        row["option"]: row["count"]
        for row in tally["rows"]
        if row["question"] == "stars" and row["count"]
    }
    assert found == STARS["stars"]


def _settings(fake: FakeZaloTemplate) -> dict[str, str]:
    day = {"zalo_template_night_from": "00:00", "zalo_template_night_to": "00:00"}
    listen = {"listen": f"127.0.0.1:{free_port()}", "metrics_listen": "off"}
    return {"key": KEY, **ANY_HOUR, **day, **listen, **fake.settings}


async def _are_kept(url: str, count: int) -> bool:
    database = Database.open(url)
    async with database.read() as conn:
        rows = (await conn.execute(select(responses.c.id))).all()
    await database.close()
    return len(rows) == count


async def _frees_lease(url: str) -> None:
    """Two minutes pass: the lease of the process that fetched before is over."""
    database = Database.open(url)
    async with database.write() as conn:
        await conn.execute(meta.delete().where(meta.c.key.like("lease ratings%")))
    await database.close()
