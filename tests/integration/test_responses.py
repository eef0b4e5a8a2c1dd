"""Responses and the evidence that follows from them, on both databases."""

from datetime import timedelta

from sqlalchemy import func, select, update

from surveys.evidence import Agencies, Conduct, Contacts, Timing
from surveys.period import parse_period
from surveys.privacy import SEALED
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.results import evidence, free_texts, responses
from tests.fakes.context import KEYS
from tests.integration.rows import DUE, NOW, add_dossier, add_unit, answer, evidence_of, opened

Q2 = parse_period("2021-Q2")


async def test_an_answer_counts_at_once(database: Database) -> None:
    """The first answer makes the response, and its dossier's evidence shows it."""
    async with database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn), "D1")
        first = await answer(conn, dossier, "contacts", "once")
        second = await answer(conn, dossier, "conduct", "no", revision=2)
        row = await evidence_of(conn, dossier)
    assert first == second
    assert (row["contacts"], row["conduct"]) == (Contacts.ONCE, Conduct.SAME_DAY)
    assert (row["total_time"], row["agencies"]) == (Timing.SAME_DAY, Agencies.MISSING)
    assert (row["answered"], row["returned_on"]) == (1, DUE.date())


async def test_a_changed_answer_keeps_the_old_one(database: Database) -> None:
    """Answers are never overwritten; the last one to a question is current."""
    async with database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn), "D1")
        for revision, option in enumerate(("many", "none", "many"), start=1):
            await answer(conn, dossier, "contacts", option, revision=revision)
        table = schema.answers
        rows = (await conn.execute(select(table.c.option, table.c.latest).order_by("id"))).all()
        row = await evidence_of(conn, dossier)
    assert [tuple(one) for one in rows] == [("many", False), ("none", False), ("many", True)]
    assert row["contacts"] == Contacts.MANY


async def test_the_same_answer_twice_is_one(database: Database) -> None:
    """A repeated answer changes nothing, an interview begun again does not collide."""
    async with database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn), "D1")
        for option in ("none", "none", "once"):
            await answer(conn, dossier, "contacts", option, revision=1)
        table = schema.answers
        rows = (await conn.execute(select(table.c.option, table.c.revision).order_by("id"))).all()
    assert [tuple(one) for one in rows] == [("none", 1), ("once", 2)]


async def test_a_text_is_kept_sealed(database: Database) -> None:
    """Without the moment at which it was sealed; the same text again changes nothing, and two
    equal texts do not look alike."""
    async with database.write() as conn:
        unit = await add_unit(conn)
        for number in (1, 1, 2):
            dossier = (await responses.find_dossiers(conn, [f"D{number}"])).get(f"D{number}")
            made = dossier.id if dossier else await add_dossier(conn, unit, f"D{number}")
            await answer(conn, made, "comment", None, text="Bà Hạnh 0912345678")
        kept = list((await conn.execute(select(schema.answers.c.text))).scalars())
        said = await free_texts.list_by_period(conn, Q2, KEYS)
    assert len(kept) == len(set(kept)) == 2
    assert {opened(one) for one in kept} == {one.text for one in said} == {"Bà Hạnh 0912345678"}
    assert all(one.startswith(f"{SEALED}gcm1.") for one in kept), "Fernet holds the time"


async def test_a_response_without_a_choice_is_not_valid(database: Database) -> None:
    """Skipping and free text make a response, but not a valid one."""
    async with database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn), "D1")
        await answer(conn, dossier, "satisfaction", None)
        await answer(conn, dossier, "comment", None, text="cảm ơn", revision=2)
        skipped = (await evidence_of(conn, dossier))["answered"]
        await answer(conn, dossier, "satisfaction", "very", revision=3)
        chosen = (await evidence_of(conn, dossier))["answered"]
        await answer(conn, dossier, "satisfaction", None, revision=4)
        withdrawn = (await evidence_of(conn, dossier))["answered"]
    assert (skipped, chosen, withdrawn) == (0, 1, 0)


async def test_finishing_is_noted_once(database: Database) -> None:
    """The first end of the conversation is kept."""
    async with database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn), "D1")
        await answer(conn, dossier, "conduct", "no")
        for minutes in (1, 2):
            now = NOW + timedelta(minutes=minutes)
            await responses.finish(conn, dossier_id=dossier, form="phieu5", now=now)
        finished = await conn.scalar(select(schema.responses.c.finished_at))
    assert finished == NOW + timedelta(minutes=1)


async def test_many_responses_at_once(database: Database) -> None:
    """Whole responses are stored in bulk; those that are there already are left alone."""
    async with database.write() as conn:
        unit = await add_unit(conn)
        dossiers = [await add_dossier(conn, unit, f"D{number}") for number in range(5)]
        await answer(conn, dossiers[0], "contacts", "many")
        new = [_paper(dossier) for dossier in dossiers]
        ids = await responses.add_many(conn, [one.sealed(KEYS) for one in new])
        await evidence.refresh(conn, dossiers)
        found = await responses.find_stored(conn, KEYS, [one.key for one in new])
        rows = [await evidence_of(conn, dossier) for dossier in dossiers]
    assert set(ids) == {one.key for one in new[1:]}
    assert found[dossiers[0], "phieu5"].said == {"contacts": "many"}
    assert found[dossiers[1], "phieu5"].said == {"contacts": "none", "comment": "tốt"}
    assert [row["contacts"] for row in rows] == [Contacts.MANY] + [Contacts.NONE] * 4


async def test_drifted_evidence_is_found_and_rebuilt(database: Database) -> None:
    """Evidence that does not follow from the records is named, and can be derived again."""
    async with database.write() as conn:
        unit = await add_unit(conn)
        ids = [await add_dossier(conn, unit, f"D{number}") for number in range(3)]
        await evidence.refresh(conn, ids[:2])
        spoilt = schema.dossier_evidence
        await conn.execute(update(spoilt).where(spoilt.c.dossier_id == ids[0]).values(contacts=3))
        before = await evidence.find_disagreements(conn)
        rebuilt = await evidence.rebuild(conn)
        after = await evidence.find_disagreements(conn)
        count = await conn.scalar(select(func.count()).select_from(spoilt))
    assert [one.dossier for one in before] == ["D0", "D2"]
    assert before[1].stored is None
    assert (rebuilt, count, after) == (3, 3, [])


def _paper(dossier_id: int) -> responses.NewResponse:
    return responses.NewResponse(
        dossier_id=dossier_id,
        form="phieu5",
        form_version="1",
        channel="paper",
        answered_at=NOW,
        options={"contacts": "none"},
        texts={"comment": "tốt"},
    )
