"""The service purges by itself: once a day, in one of several processes, as retention demands."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.retention import LEASE, LEASE_MS, Retention
from bot.sealing import open_body
from bot.settings import load_settings
from surveys.form import shipped_forms
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.citizens import web_messages
from surveys.store.citizens.web_messages import Author, NewMessage
from surveys.store.system import form_versions, import_changes, imports, leases
from surveys.store.system.import_changes import RESPONSE, Change
from tests.fakes.context import KEYS
from tests.integration.conversation.conftest import make_house
from tests.integration.conversation.test_second_proof import FOUR
from tests.integration.rows import add_dossier, add_unit, opened

NOW = datetime(2022, 6, 1, 3, 0, tzinfo=UTC)


def _retention(database: Database, now: datetime = NOW, **settings: object) -> Retention:
    return Retention(
        database=database, settings=load_settings(**settings), keyring=KEYS, clock=lambda: now
    )


async def _dossiers(database: Database) -> None:
    """One returned on 10/5/2021, one returned in May 2022, each with a name and a phone."""
    who = {
        "applicant_sealed": KEYS.seal("Hoàng Kim Tước"),
        "phone_sealed": KEYS.seal("+84912345678"),
        "phone_key": KEYS.phone_key("+84912345678"),
    }
    later = {"received_at": datetime(2022, 5, 1), "returned_at": datetime(2022, 5, 9)}
    async with database.write() as conn:
        unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
        await add_dossier(conn, unit, "OLD", **who)
        await add_dossier(conn, unit, "NEW", **who, **later)


async def _named(database: Database) -> list[str]:
    columns = schema.dossiers.c
    kept = columns.applicant_sealed.is_not(None) | columns.phone_key.is_not(None)
    async with database.read() as conn:
        query = select(columns.code).where(kept).order_by(columns.code)
        return list((await conn.execute(query)).scalars())


async def test_names_of_old_dossiers_go(database: Database) -> None:
    """A year after the return by default; it is in the audit log, and not done twice a day."""
    await _dossiers(database)
    counts = await _retention(database).purge_once_a_day()
    assert counts is not None
    assert counts["applicants"] == 1
    assert await _named(database) == ["NEW"]
    async with database.read() as conn:
        rows = (await conn.execute(select(schema.audit.c.actor, schema.audit.c.action))).all()
    assert [tuple(row) for row in rows] == [("motcua serve", "purge")]
    assert await _retention(database).purge_once_a_day() is None


async def test_names_of_dossiers_without_any_date_go(database: Database) -> None:
    """A year after the day they were imported; at once where nobody knows that day."""
    undated = dict.fromkeys(("received_at", "due_at", "finished_at", "returned_at"))
    named = undated | {"applicant_sealed": KEYS.seal("Hoàng Kim Tước")}
    async with database.write() as conn:
        unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
        for number, age in enumerate((400, 300), 1):
            row = {"kind": "dossiers", "file_name": "a.csv", "sha256": "0" * 64, "accepted": 1}
            at = {"imported_at": NOW - timedelta(days=age), "actor": "hoa", "rejected": 0}
            await conn.execute(schema.imports.insert().values(id=number, **row, **at))
            await add_dossier(conn, unit, f"AGE{age}", import_id=number, **named)
        await add_dossier(conn, unit, "AGELESS", **named)
        await add_dossier(conn, unit, "DUE", **named | {"due_at": datetime(2022, 5, 1)})
    counts = await _retention(database).purge_once_a_day()
    assert counts is not None
    assert counts["applicants"] == 2
    assert await _named(database) == ["AGE300", "DUE"]


async def test_how_long_names_are_kept_is_a_setting(database: Database) -> None:
    """`applicant_days`."""
    await _dossiers(database)
    await _retention(database, applicant_days=10).purge_once_a_day()
    assert await _named(database) == []


async def test_it_is_done_again_the_next_day(database: Database) -> None:
    """Also when the process of yesterday is gone; its lease has ended by then."""
    assert await _retention(database).purge_once_a_day() is not None
    async with database.write() as conn:
        await conn.execute(
            schema.meta.update().where(schema.meta.c.key == f"lease {LEASE}").values(value="0")
        )
    assert await _retention(database, NOW + timedelta(days=1)).purge_once_a_day() is not None


async def test_one_of_several_processes_does_it(database: Database) -> None:
    """The first process does; the others leave it."""
    tasks = [_retention(database).purge_once_a_day() for _ in range(4)]
    done = [one for one in await asyncio.gather(*tasks) if one is not None]
    assert len(done) == 1


async def test_a_lease_of_a_clock_that_was_ahead_is_over(database: Database) -> None:
    """Otherwise nothing would be purged until that clock comes again."""
    async with database.write() as conn:
        await conn.execute(schema.meta.insert().values(key="lease x", value="9" * 15))
        assert await leases.take(conn, "x", LEASE_MS)
        assert not await leases.take(conn, "x", LEASE_MS)


async def test_free_texts_of_an_earlier_version_are_sealed(database: Database) -> None:
    """In the answers, and in the interviews that are under way, which go on."""
    house = await make_house(database)
    await house.dossier()
    person = house.person()
    await person.consents()
    await person.taps(*FOUR)
    await person.types("chờ rất lâu ở quầy")
    (interview,), comments = await house.rows(schema.interviews), schema.answers.c.text
    state = interview["state"]
    assert opened(state["answers"]["comment"]["text"]) == "chờ rất lâu ở quầy"
    state["answers"]["comment"]["text"] = "chờ rất lâu ở quầy"
    async with database.write() as conn:
        await conn.execute(schema.interviews.update().values(state=state))
        plain = schema.answers.update().where(comments.is_not(None))
        await conn.execute(plain.values(text="chờ rất lâu ở quầy"))
    await _retention(database)._seal_answers()
    (interview,) = await house.rows(schema.interviews)
    assert opened(interview["state"]["answers"]["comment"]["text"]) == "chờ rất lâu ở quầy"
    assert (await house.answers())["comment"] == "chờ rất lâu ở quầy"
    await person.taps("Gửi")
    assert "chờ rất lâu ở quầy" in await person.types("/dulieu")


async def test_words_of_an_earlier_version_leave_the_history_of_imports(database: Database) -> None:
    """Which question changed stays; so do options."""
    begun = {"kind": "answers", "file_name": "phieu.csv", "sha256": "0" * 64, "actor": "lan"}
    changes = [
        Change(kind=RESPONSE, subject="D1 phieu5", field="comment", before="chờ lâu", after="tốt"),
        Change(kind=RESPONSE, subject="D1 phieu5", field="overall", before="poor", after="good"),
    ]
    async with database.write() as conn:
        await form_versions.register(conn, shipped_forms(), NOW)
        await import_changes.record(conn, await imports.begin(conn, **begun, at=NOW), changes)
    await _retention(database)._seal_answers()
    async with database.read() as conn:
        kept = (await import_changes.list_by_import(conn, 1)).values()
    assert [(one.field, one.before, one.after) for one in kept] == [
        ("comment", None, None),
        ("overall", "poor", "good"),
    ]


async def test_bubbles_of_an_earlier_version_are_sealed(database: Database) -> None:
    """They are kept in the clear until then."""
    async with database.write() as conn:
        body = {"text": "Hoàng Kim Tước"}
        new = NewMessage(chat_key="c", author=Author.CITIZEN, body=body, at=NOW)
        await web_messages.add(conn, new)
    await _retention(database).purge_once_a_day()
    async with database.read() as conn:
        (kept,) = await web_messages.list_after(conn, "c", 0, 10)
    assert list(kept.body) == ["sealed"]
    assert open_body(KEYS, kept.body) == {"text": "Hoàng Kim Tước"}


async def test_a_date_that_leapt_is_doubted_first(database: Database) -> None:
    """A dead battery sets a year ahead: nothing is deleted until the service ran for three hours,
    and what network time has set right by then is not deleted at all."""
    await _dossiers(database)
    assert await _retention(database, NOW - timedelta(days=300)).purge_once_a_day() is not None
    async with database.write() as conn:
        await leases.take(conn, LEASE, -LEASE_MS)
    ran = 0.0
    leapt = _retention(database)
    leapt = replace(leapt, monotonic=lambda: ran)
    assert await leapt.purge_once_a_day() is None
    assert await _named(database) == ["NEW", "OLD"]
    ran = 3 * 3_600.0
    assert await leapt.purge_once_a_day() is not None
    assert await _named(database) == ["NEW"]
