"""Each unit's sample of a period: drawn so that anybody can repeat it, audited, topped up."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from surveys.sampling import Rule, draw
from surveys.store.base import schema
from surveys.store.system import audit
from tests.integration.asking.conftest import ZONE, Office
from tests.integration.rows import answer

PHONE = "+84912345{:03d}"
CODES = [f"D{number:02d}" for number in range(40)]
BEFORE = datetime(2026, 3, 4, 9, 0, tzinfo=ZONE)
"""Eleven days before the end of the quarter (14/3): nothing is topped up yet."""


async def sampled(office: Office, **settings: object) -> None:
    """40 dossiers of one unit, a quarter of them drawn at the first look."""
    office.now = BEFORE
    office.restart(**{"sample": Rule.SHARE, "sample_percent": 25, **settings})
    for number, code in enumerate(CODES):
        await office.returned(code, phone=PHONE.format(number))
    await office.look()


async def drawn(office: Office) -> set[str]:
    """The codes that are asked about."""
    return {code for code, told in (await office.outcomes()).items() if told != "left_out"}


async def noted(office: Office, action: str) -> list[Mapping[str, Any]]:
    """The details of the audit log's entries of this action, oldest first."""
    query = select(schema.audit.c.details).where(schema.audit.c.action == action)
    async with office.house.database.read() as conn:
        return list((await conn.execute(query.order_by(schema.audit.c.id))).scalars())


async def test_the_draw_can_be_repeated_from_the_audit_log(office: Office) -> None:
    """The log has the rule, the share, the seed and the codes; seed and codes give the draw."""
    await sampled(office)
    (plan,) = await noted(office, "invitations.sample")
    (told,) = await noted(office, "invitations.draw")
    assert (plan["rule"], Decimal(plan["share"]), plan["period"]) == (
        "share",
        Decimal(25),
        "2026-Q1",
    )
    assert (told["returned"], told["drawn"]) == (40, len(told["codes"]))
    assert told["codes"] == draw(plan["seed"], CODES, Decimal(plan["share"]))
    assert await drawn(office) == set(told["codes"])
    assert 0 < len(told["codes"]) < 40
    async with office.house.database.read() as conn:
        rows = [row async for row in audit.read_in_order(conn)]
    assert {row.subject for row in rows if row.action.startswith("invitations.")} == {"unit:XA01"}


async def test_the_draw_goes_on_with_the_plan_that_was_made(office: Office) -> None:
    """A later dossier, another share set and a new process: the unit's plan stays as it was."""
    await sampled(office)
    first = await drawn(office)
    office.restart(sample_percent=100, sample_seed="another")
    more = [f"E{number:02d}" for number in range(20)]
    for code in more:
        await office.returned(code)
    await office.look(minutes=1)
    assert await drawn(office) == first | set(draw("seed", more, Decimal(25)))
    assert len(await noted(office, "invitations.sample")) == 1


async def test_more_are_drawn_near_the_end_where_answers_are_short(office: Office) -> None:
    """Once a day in the last ten days; the larger draw holds the smaller, and is audited."""
    await sampled(office)
    first = await drawn(office)
    await office.look(hours=1)
    assert await noted(office, "invitations.top_up") == []
    await office.look(days=1)
    (told,) = await noted(office, "invitations.top_up")
    wider = await drawn(office)
    assert first < wider
    assert set(told["codes"]) == wider - first
    assert set(draw(told["seed"], CODES, Decimal(told["share"]))) == wider
    await office.look(hours=1)
    assert len(await noted(office, "invitations.top_up")) == 1


async def test_nothing_is_topped_up_where_answers_suffice(office: Office) -> None:
    """The quota (10 % of 40) has answered."""
    await sampled(office)
    first = await drawn(office)
    for row in await office.house.rows(schema.dossiers):
        if row["code"] in sorted(first)[:4]:
            async with office.house.database.write() as conn:
                await answer(conn, row["id"], "satisfaction", "very", now=office.now)
    await office.look(days=1)
    assert await drawn(office) == first
    assert await noted(office, "invitations.top_up") == []


async def test_a_seed_set_before_is_the_seed_of_the_draw(office: Office) -> None:
    """Told beforehand, so that nobody can choose a seed after seeing what it draws."""
    await sampled(office, sample_seed="Lottery 04/03/2026")
    assert await drawn(office) == set(draw("Lottery 04/03/2026", CODES, Decimal(25)))
