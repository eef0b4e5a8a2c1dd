"""Pushed dossiers: taken row by row with the reasons of an import, once however often they come."""

import asyncio
from dataclasses import replace
from pathlib import Path

from admin.importing import Source, run_import
from admin.importing.dossier_columns import COLUMNS
from admin.importing.dossiers import DossierImporter
from surveys.dossier import Status
from surveys.store.base.database import Database
from surveys.store.base.schema import invitations
from surveys.store.dossiers import dossiers
from surveys.store.importing import staging
from surveys.store.pushing import api_tokens
from surveys.store.system import audit, import_changes, imports
from tests.integration.office import csv_file, office
from tests.integration.pushing import NOW, ROW, give_token, pushing
from tests.integration.rows import add_dossier, add_unit, answer

BAD: list[dict[str, object]] = [
    {"code": "HS-2", "unit": "XA99"},
    {"code": "HS-3", "unit": "XA01", "received_at": "31/13/2021"},
    {"code": "HS-4", "unit": "XA01", "status": 11},
    {"code": "HS-5", "unit": "XA01", "received_at": "2021-08-01"},
    {"unit": "XA01"},
    {"code": "HS-1", "unit": "XA01"},
    {"code": "HS-6", "unit": "XA01", "status": 10},
]
"""What no import accepts."""


async def test_rows_are_taken_and_rejected_one_by_one(database: Database) -> None:
    """A good row among bad ones is stored; every bad one has its reason, and the sums are right."""
    async with database.write() as conn:
        await add_unit(conn)
    async with pushing(database) as system:
        system = replace(system, token=await give_token(database))
        status, answer = await system.posts({"dossiers": [ROW, *BAD]})
    assert status == 200
    assert (answer["rows"], answer["accepted"], answer["rejected"]) == (8, 1, 7)
    assert (answer["new"], answer["changed"], answer["same"]) == (1, 0, 0)
    assert [one["row"] for one in answer["rejections"]] == [2, 3, 4, 5, 6, 7, 8]
    async with database.read() as conn:
        found = await dossiers.find(conn, "HS-1")
        assert found is not None
        (made,) = await imports.list_last(conn, limit=5)
        assert (made.id, made.file_name, made.state) == (answer["import_id"], "API igate", "done")


async def test_the_reasons_are_those_of_a_file(
    sqlite_url: str, sqlite_database: Database, tmp_path: Path
) -> None:
    """The same rows in a file are rejected with the same codes and the same sentences."""
    async with sqlite_database.write() as conn:
        await add_unit(conn)
    names = [spec.name for spec in COLUMNS if any(spec.name in row for row in BAD)]
    lines = [",".join(str(row.get(name, "")) for name in names) for row in [ROW, *BAD]]
    file = csv_file(tmp_path, ",".join(names), *lines)
    async with office(sqlite_url) as runtime:
        importer = DossierImporter(runtime.settings.zone, runtime.keyring(), runtime.today)
        (report,) = await run_import(runtime, (importer, Source(file=file, dry_run=True)))
    async with pushing(sqlite_database) as system:
        system = replace(system, token=await give_token(sqlite_database))
        _, answer = await system.posts({"dossiers": [ROW, *BAD]})
    reasons = [one["reason"] for one in answer["rejections"]]
    of_file = {(one.code, said) for one in report.reasons.values() for said in one.examples}
    of_api = {(one["code"], _as_in_a_file(one["message"])) for one in reasons}
    assert of_api == of_file
    assert len(of_file) == len(BAD)


def _as_in_a_file(message: str) -> str:
    """Row 1 of a request is line 2 of a file, below its header."""
    return message.replace("ở dòng 1 ", "ở dòng 2 ")


async def test_what_is_no_dossier_is_named(sqlite_database: Database) -> None:
    """An unknown field, a list for a text, a body that is none: nothing is ignored silently."""
    async with sqlite_database.write() as conn:
        await add_unit(conn)
    async with pushing(sqlite_database) as system:
        system = replace(system, token=await give_token(sqlite_database))
        status, answer = await system.posts(ROW | {"retuned_at": "2021-05-03", "phone": None})
        assert (status, answer["rejected"]) == (422, 1)
        assert answer["rejections"][0]["reason"]["column"] == "retuned_at"
        _, answer = await system.posts(ROW | {"procedure": ["a"]}, **{"Accept-Language": "en"})
        reason = answer["rejections"][0]["reason"]
        assert reason["message"] == "The field procedure must be text, a number or null."
        bodies: list[object] = [[ROW], {"dossiers": []}, {"dossiers": [1]}, 7, {"dossiers": ROW}]
        for body in bodies:
            status, answer = await system.posts(body)
            assert (status, answer["error"]["code"]) == (400, "no_dossiers")
        status, answer = await system.posts({"dossiers": [ROW] * 201})
        assert (status, answer["error"]["code"]) == (413, "too_many_dossiers")
        async with system.http.post(
            f"{system.base}/api/dossiers",
            data=b"{",
            headers={"Authorization": f"Bearer {system.token}"},
        ) as broken:
            assert (broken.status, (await broken.json())["error"]["code"]) == (400, "not_json")


async def test_a_repeated_request_has_no_second_effect(database: Database) -> None:
    """Twenty at once under one key: one import, and twenty times the same answer; another body
    under the key is refused, and so is nobody else who uses the same key."""
    async with database.write() as conn:
        await add_unit(conn)
    async with pushing(database) as system:
        mine = replace(system, token=await give_token(database))
        other = replace(system, token=await give_token(database, "khac"))
        key = {"Idempotency-Key": "batch-1"}
        body = {"dossiers": [ROW, *BAD]}
        answers = await asyncio.gather(*(mine.posts(body, **key) for _ in range(20)))
        assert all(one == answers[0] for one in answers)
        english = {"Accept-Language": "en"}
        assert await mine.posts(body, **key, **english) == answers[0]
        status, refused = await mine.posts(ROW, **key)
        assert (status, refused["error"]["code"]) == (422, "other_body")
        assert (await other.posts(body, **key))[1]["same"] == 1
        assert (await mine.posts(ROW, **{"Idempotency-Key": "hai từ"}))[0] == 400
    async with database.read() as conn:
        assert len(await imports.list_last(conn, limit=9)) == 1
        assert await audit.count(conn) == 1


async def test_a_later_push_changes_only_what_it_states(database: Database) -> None:
    """A status change keeps the rest, is in the dossier's history, and can be undone."""
    async with database.write() as conn:
        await add_unit(conn)
    async with pushing(database) as system:
        system = replace(system, token=await give_token(database))
        await system.posts(ROW)
        done = {"code": "HS-1", "unit": "XA01", "returned_at": "2021-05-10T14:30:00+07:00"}
        _, answer = await system.posts(done)
        assert answer["changed"] == 1
    async with database.read() as conn:
        found = await dossiers.find(conn, "HS-1")
        assert found is not None
        assert (found.status, found.received_at is not None) == (Status.RETURNED, True)
        past = await import_changes.list_by_subject(conn, import_changes.DOSSIER, "HS-1")
    assert {one.change.field for one in past} == {"status", "returned_at"}
    assert {one.file_name for one in past} == {"API igate"}


async def test_a_token_is_limited_to_its_unit(database: Database) -> None:
    """Neither a row of another unit nor a dossier stored there is taken, or told of."""
    async with database.write() as conn:
        mine, other = await add_unit(conn), await add_unit(conn, "XA02")
        await add_dossier(conn, mine, "HS-CUA-TOI")
        await add_dossier(conn, other, "HS-KHAC")
    async with pushing(database) as system:
        system = replace(system, token=await give_token(database, unit_id=mine))
        rows = [ROW, ROW | {"code": "HS-9", "unit": "XA02"}, ROW | {"code": "HS-KHAC"}]
        _, answer = await system.posts({"dossiers": rows})
        assert (answer["accepted"], answer["rejected"]) == (1, 2)
        codes = [one["reason"]["code"] for one in answer["rejections"]]
        assert codes == ["staff.other_row", "staff.other_dossier"]
        assert (await system.asks("HS-CUA-TOI"))[0] == 200
        unknown, hidden = await system.asks("HS-KHONG-CO"), await system.asks("HS-KHAC")
    assert (unknown[0], hidden[0]) == (404, 404)
    assert hidden[1]["error"]["code"] == unknown[1]["error"]["code"] == "no_dossier"


async def test_without_a_valid_token_nothing_is_told(sqlite_database: Database) -> None:
    """No token, a wrong one, a revoked one: 401; and after too many tries 429."""
    async with pushing(sqlite_database) as system:
        right = await give_token(sqlite_database)
        swapped = right[:-1] + ("A" if right[-1] != "A" else "B")
        for token in ("", "mc_1_x", swapped, right.replace("mc_1_", "mc_2_")):
            status, answer = await replace(system, token=token).asks("HS-1")
            assert (status, answer["error"]["code"]) == (401, "token")
        assert (await replace(system, token=right).asks("HS-1"))[0] == 404
        async with sqlite_database.write() as conn:
            await api_tokens.revoke(conn, "igate", NOW)
        assert (await replace(system, token=right).asks("HS-1"))[0] == 401
        statuses = {(await system.asks("HS-1"))[0] for _ in range(20)}
    assert statuses == {401, 429}


async def test_a_system_has_its_share_of_a_minute(sqlite_database: Database) -> None:
    """Beyond it the answer is 429 with the time to wait; other systems have their own."""
    async with pushing(sqlite_database, api_requests_per_minute=2) as system:
        loud = replace(system, token=await give_token(sqlite_database))
        other = replace(system, token=await give_token(sqlite_database, "khac"))
        assert [(await loud.asks("HS-1"))[0] for _ in range(3)] == [404, 404, 429]
        assert (await other.asks("HS-1"))[0] == 404


async def test_a_push_waits_for_a_running_import(sqlite_database: Database) -> None:
    """While a file is being imported nothing is written, and the system is told when to return."""
    async with sqlite_database.write() as conn:
        await add_unit(conn)
        number = await imports.begin(
            conn, kind="dossiers", file_name="a.csv", sha256="", at=NOW, actor="hoa"
        )
    async with pushing(sqlite_database) as system:
        system = replace(system, token=await give_token(sqlite_database))
        waiting = asyncio.create_task(system.posts(ROW))
        await asyncio.sleep(0.5)
        assert not waiting.done()
        async with sqlite_database.write() as conn:
            await staging.forget(conn, [number])
        assert (await waiting)[1]["new"] == 1


async def test_a_push_finishes_an_import_whose_process_died(database: Database) -> None:
    """It was decided, so it is written completely before the push is."""
    async with database.write() as conn:
        await add_unit(conn)
        number = await imports.begin(
            conn, kind="dossiers", file_name="a.csv", sha256="", at=NOW, actor="hoa"
        )
        counts = {"accepted": 0, "rejected": 0, "new": 0, "changed": 0}
        await staging.decide(conn, number, counts)
        await staging.leave(conn)
    async with pushing(database) as system:
        system = replace(system, token=await give_token(database))
        assert (await system.posts(ROW))[1]["new"] == 1
    async with database.read() as conn:
        states = {one.file_name: one.state for one in await imports.list_last(conn, limit=5)}
    assert states == {"a.csv": "done", "API igate": "done"}


async def test_a_survey_is_told_by_its_state_only(database: Database) -> None:
    """Answered is answered; that a citizen declined looks like any other end."""
    async with database.write() as conn:
        unit = await add_unit(conn)
        first = await add_dossier(conn, unit, "HS-1")
        await add_dossier(conn, unit, "HS-2")
        third = await add_dossier(conn, unit, "HS-3")
        await answer(conn, first, "satisfaction", "very")
        invited = {"form": "phieu5", "made_at": NOW, "issued_at": NOW}
        await conn.execute(
            invitations.insert().values(dossier_id=third, state="declined", **invited)
        )
    async with pushing(database) as system:
        system = replace(system, token=await give_token(database))
        told = [(await system.asks(f"HS-{one}"))[1] for one in (1, 2, 3)]
    assert [one["state"] for one in told] == ["answered", "not_asked", "closed"]
    assert told[0] == {
        "dossier": "HS-1",
        "state": "answered",
        "asked_on": None,
        "answered_on": "2021-06-01",
    }
