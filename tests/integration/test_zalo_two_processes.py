"""Two processes serve one Official Account on PostgreSQL: events come to either, twice."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from bot import app
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.dossiers import links
from tests.fakes.zalo_oa import Person
from tests.integration.queue_rows import migrated
from tests.integration.rows import add_dossier
from tests.integration.zalo_office import Office, zalo_office

PEOPLE = 6
ANSWERS = 4


@pytest.mark.postgres
async def test_two_processes_answer_each_citizen_once(postgres_url: str) -> None:
    """Surveys by typed digits, every event at both processes in any order: each answer once, no
    message twice, and one renewal of the tokens for both."""
    async with (
        migrated(postgres_url) as one,
        migrated(postgres_url) as two,
        zalo_office(one) as office,
    ):
        tokens = await _tokens(office)
        stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
        service = await _second(office, two)
        running = asyncio.create_task(
            app.run(service, service.channels.routes(), stop, port.set_result)
        )
        other = f"http://127.0.0.1:{await port}/zalo/webhook"
        office.fake.hook.elsewhere, office.fake.hook.repeated = [other], 0.5
        office.fake.hook.chance = Random(11)
        people = [office.fake.person(3_000 + number) for number in range(PEOPLE)]
        await asyncio.gather(*map(_answers, people, tokens))
        await office.settled()
        stop.set()
        await running
        its = schema.answers.c
        given = await office.rows(select(its.response_id, its.question))
        assert len(given) == PEOPLE * ANSWERS
        assert Counter(map(tuple, given)).most_common(1)[0][1] == 1
        for person in people:
            heard = Counter(one.text for one in person.received)
            assert heard.most_common(1)[0][1] == 1, person.picture()
        assert len(office.fake.state.tokens.used) == 0


async def _second(office: Office, database: Database) -> app.Service:
    context = vars(office.account)["_context"]
    return await app.assemble(replace(context, database=database, shared={}))


async def _tokens(office: Office) -> list[str]:
    """A link for each citizen, to a dossier of their own."""
    made = [f"{number:022d}" for number in range(PEOPLE)]
    async with office.service.database.write() as conn:
        unit = (await conn.execute(select(schema.units.c.id))).scalar_one()
        for number, token in enumerate(made):
            code = f"000.17.22.H56-210504-{number:04d}"
            dossier = await add_dossier(conn, unit, code)
            await links.make(conn, dossier, token, datetime.now(UTC), timedelta(days=1))
    return made


async def _answers(person: Person, token: str) -> None:
    await person.opens(token)
    await person.sees("1. Đồng ý", 30)
    await person.types("1")
    for number in range(1, ANSWERS + 1):
        await person.sees(f"Câu {number}/", 30)
        await person.types("1")
    await person.sees("Gửi luôn", 30)
