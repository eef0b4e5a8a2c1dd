"""Paper forms and exported ratings: counted, repeated without effect, never over a citizen."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from admin.importing.answers import AnswerImporter
from admin.importing.facts import FactImporter
from admin.importing.form_columns import FormColumns
from surveys.errors import Refusal
from surveys.evidence import Conduct, Contacts
from surveys.period import parse_period
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.results import tallies
from surveys.store.results.tallies import Dimension
from surveys.store.system import audit
from tests.integration.office import counts, csv_file, office, take_in
from tests.integration.rows import add_dossier, add_unit, answer, evidence_of

A_DAY = timedelta(days=1)
HEAD = "Mã hồ sơ,Mẫu phiếu,Ngày trả lời,Kênh,satisfaction,contacts,contacts_own_fault,conduct"


async def _dossiers(database: Database, count: int = 3) -> list[int]:
    async with database.write() as conn:
        unit = await add_unit(conn)
        return [await add_dossier(conn, unit, f"D{number}") for number in range(1, count + 1)]


async def test_rows_become_responses_and_evidence(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Empty cells are no answer, words of the form are understood, a complaint is opened."""
    ids = await _dossiers(database)
    file = csv_file(
        tmp_path,
        HEAD,
        "d1,phieu4,10/06/2021,Giấy,very,many,yes,no",
        "D2,PHIEU5,2021-06-11 08:30,,,Không lần nào,,yes",
        "D3,phieu4,,,,,,",
    )
    async with office(database_url) as runtime:
        first = await take_in(runtime, AnswerImporter(runtime), file)
        again = await take_in(runtime, AnswerImporter(runtime), file)
    async with database.read() as conn:
        rows = [await evidence_of(conn, dossier) for dossier in ids]
        complaint = (await conn.execute(select(schema.complaints))).mappings().one()
        channels = set((await conn.execute(select(schema.responses.c.channel))).scalars())
    assert counts(first) == {"new": 3, "changed": 0, "same": 0, "rejected": 0}
    assert counts(again) == {"new": 0, "changed": 0, "same": 3, "rejected": 0}
    assert [row["contacts"] for row in rows] == [Contacts.MANY_OWN_FAULT, Contacts.NONE, 0]
    assert [row["conduct"] for row in rows] == [Conduct.SAME_DAY, Conduct.COMPLAINT, 0]
    assert [row["answered"] for row in rows] == [1, 1, 0]
    assert (complaint["state"], complaint["kind"]) == ("pending", "conduct")
    assert channels == {"paper"}


async def test_an_answer_has_a_day_on_which_it_could_be_given(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Not before the dossier was received, and not on a day that has not come; the very days of
    receipt and of the import are good."""
    await _dossiers(database, 4)
    async with database.read() as conn:
        received = await conn.scalar(select(func.min(schema.dossiers.c.received_at)))
    assert received is not None
    async with office(database_url) as runtime:
        today = runtime.today
        days = (received.date(), received.date() - A_DAY, today, today + A_DAY)
        lines = [f"D{place},phieu5,{day},,very,,," for place, day in enumerate(days, 1)]
        report = await take_in(runtime, AnswerImporter(runtime), csv_file(tmp_path, HEAD, *lines))
    assert counts(report) == {"new": 2, "changed": 0, "same": 0, "rejected": 2}
    assert report.rejects is not None
    rejected = report.rejects.read_text("utf-8-sig")
    assert "trước ngày tiếp nhận" in rejected
    assert "chưa tới" in rejected


async def test_a_dossier_of_unknown_reception_takes_answers(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Not every list of dossiers says when they were received."""
    async with database.write() as conn:
        await add_dossier(conn, await add_unit(conn), "D1", received_at=None)
    async with office(database_url) as runtime:
        file = csv_file(tmp_path, HEAD, "D1,phieu5,2021-06-10,,very,,,")
        report = await take_in(runtime, AnswerImporter(runtime), file)
    assert counts(report) == {"new": 1, "changed": 0, "same": 0, "rejected": 0}


async def test_each_wrong_row_is_named(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Unknown dossier, form, option; a question the form has not; twice in the file."""
    await _dossiers(database)
    file = csv_file(
        tmp_path,
        f"{HEAD},stars",
        "D1,phieu5,,,very,,,,",
        "D1,phieu5,,,very,,,,",
        "D9,phieu5,,,very,,,,",
        "D2,phieu7,,,very,,,,",
        "D2,phieu5,,,great,,,,",
        "D2,phieu5,,,,,,,5",
        "D2,phieu5,30/02/2021,,very,,,,",
        ",phieu5,,,very,,,,",
        "D2,zalo-rating,,zalo,,,,,5",
    )
    async with office(database_url) as runtime:
        report = await take_in(runtime, AnswerImporter(runtime), file)
    assert counts(report) == {"new": 2, "changed": 0, "same": 0, "rejected": 7}
    assert report.rejects is not None
    reasons = report.rejects.read_text("utf-8-sig").splitlines()[1:]
    numbers = sorted(int(line.split(",")[9]) for line in reasons)
    assert numbers == [3, 4, 5, 6, 7, 8, 9]
    assert any("great" in line and "very" in line for line in reasons)


async def test_an_unknown_question_column_is_refused_whole(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """A header that is no question stops the import before anything is written."""
    await _dossiers(database)
    file = csv_file(tmp_path, f"{HEAD},satisfied_with", "D1,phieu5,,,very,,,,x")
    async with office(database_url) as runtime:
        with pytest.raises(Refusal, match=r"answers\.unknown_column"):
            await take_in(runtime, AnswerImporter(runtime), file)
    async with database.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(schema.responses)) == 0


async def test_what_a_citizen_answered_stays(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """A response that came through the bot is not touched by a file."""
    ids = await _dossiers(database)
    async with database.write() as conn:
        await answer(conn, ids[0], "contacts", "many")
        await answer(conn, ids[1], "contacts", "many", channel="paper", simulated=True)
    file = csv_file(tmp_path, HEAD, "D1,phieu5,,,,none,,", "D2,phieu5,,,,none,,")
    async with office(database_url) as runtime:
        report = await take_in(runtime, AnswerImporter(runtime), file)
    async with database.read() as conn:
        rows = [await evidence_of(conn, dossier) for dossier in ids[:2]]
    assert counts(report)["rejected"] == 2
    assert [row["contacts"] for row in rows] == [Contacts.MANY, Contacts.MANY]


async def test_a_corrected_file_adds_revisions(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """A mended row changes what counts, keeps what was typed before, and is audited."""
    ids = await _dossiers(database)
    wrong = csv_file(tmp_path, HEAD, "D1,phieu4,,,very,many,,yes")
    right = csv_file(tmp_path, HEAD, "D1,phieu4,,,,once,,no", name="mended.csv")
    async with office(database_url) as runtime:
        await take_in(runtime, AnswerImporter(runtime), wrong)
        report = await take_in(runtime, AnswerImporter(runtime), right)
    async with database.read() as conn:
        row = await evidence_of(conn, ids[0])
        state = await conn.scalar(select(schema.complaints.c.state))
        answers = await conn.scalar(select(func.count()).select_from(schema.answers))
        trail = await audit.list_entries(conn, limit=1, action="answers.change")
    assert counts(report) == {"new": 0, "changed": 1, "same": 0, "rejected": 0}
    assert (row["contacts"], row["conduct"]) == (Contacts.ONCE, Conduct.SAME_DAY)
    assert (state, answers) == ("withdrawn", 6)
    assert trail[0].details["questions"] == ["conduct", "contacts", "satisfaction"]


async def test_a_column_of_another_form_is_one_mistake(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Not one a row: the column is named, nothing is imported."""
    await _dossiers(database)
    head = "Mã hồ sơ,Mẫu phiếu,satisfaction,filing"
    file = csv_file(tmp_path, head, *(f"D{n},Mẫu phiếu 4,very,in_person" for n in (1, 2, 3)))
    async with office(database_url) as runtime:
        with pytest.raises(Refusal) as refused:
            await take_in(runtime, AnswerImporter(runtime), file)
    assert refused.value.code == "answers.column_not_asked"
    assert refused.value.params == {"header": "filing", "form": "phieu4", "count": 3}


async def test_a_file_is_examined_while_others_may_write(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    """Its columns are compared with every row, which takes long: not while the lock is held."""
    await _dossiers(sqlite_database, 1)
    require = FormColumns.require_asked
    written: list[int] = []

    def beside(columns: FormColumns, rows: Any) -> None:  # noqa: ANN401
        with closing(sqlite3.connect(tmp_path / "motcua.sqlite", timeout=0)) as other:
            written.append(other.execute("UPDATE units SET block = 'xa'").rowcount)
            other.commit()
        require(columns, rows)

    monkeypatch.setattr(FormColumns, "require_asked", beside)
    async with office(sqlite_url) as runtime:
        file = csv_file(tmp_path, HEAD, "D1,phieu5,,,very,,,")
        report = await take_in(runtime, AnswerImporter(runtime), file)
    assert (report.new, written) == (1, [1])


@pytest.mark.parametrize("name", ["Mẫu phiếu 4", "phiếu số 4", "Phiếu 4", "4", "PHIEU4"])
async def test_a_form_is_named_as_on_paper(
    name: str, sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    """With its number, however it is written."""
    await _dossiers(sqlite_database, 1)
    file = csv_file(tmp_path, "Mã hồ sơ,Mẫu phiếu,satisfaction", f"D1,{name},very")
    async with office(sqlite_url) as runtime:
        report = await take_in(runtime, AnswerImporter(runtime), file)
    assert counts(report)["new"] == 1


async def test_handed_out_and_blank_forms_are_counted(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Phát ra from the fact, thu về with the blank one, hợp lệ without it."""
    await _dossiers(database)
    rows = ("D1,phieu4,very", "D2,phieu4,")
    answers = csv_file(tmp_path, "Mã hồ sơ,Mẫu phiếu,satisfaction", *rows)
    handed = csv_file(
        tmp_path, "unit,period,fact,value", "XA01,Quý II/2021,Phát ra,40", name="f.csv"
    )
    async with office(database_url) as runtime:
        await take_in(runtime, AnswerImporter(runtime), answers)
        await take_in(runtime, FactImporter(runtime), handed)
    async with database.read() as conn:
        for by in ((Dimension.UNIT,), ()):
            (found,) = await tallies.count_reach(conn, parse_period("2021-Q2"), by)
            assert (found.returned, found.issued, found.answered, found.valid) == (2, 40, 2, 1)
