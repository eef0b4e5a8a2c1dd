"""The sheet of a review, on both databases: it is imported twice, and only for one's own units."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select

from admin.closing.mark import Mark
from admin.commands.verify_decided import command as list_decided
from admin.kit.output import Format
from admin.kit.runtime import Runtime
from admin.kit.unit_scope import UnitScope
from admin.rating.rulebooks import chosen
from admin.reporting.decided_annex import decided_table
from admin.verifying.deciding import decide_complaint
from admin.verifying.dossier_phrases import DossierPhrases, known_forms
from admin.verifying.review_sheet import DECISION, KEYS, REASON, read_rows, title_of
from admin.verifying.sheet_import import import_sheet
from surveys.outcomes import ComplaintState
from surveys.period import parse_period
from surveys.store.base.database import Database
from surveys.store.base.schema import contacts, responses
from surveys.store.results import asides, complaints, review_queue
from tests.integration.office import counts, csv_file, office
from tests.integration.rows import NOW, add_dossier, add_unit, answer

Q2 = parse_period("2021-Q2")
REFUTED, UPHELD = ComplaintState.REFUTED, ComplaintState.UPHELD


@pytest.fixture
async def runtime(database_url: str) -> AsyncIterator[Runtime]:
    """A verifier of the whole office, and a review of three reasons in two units."""
    async with office(database_url) as runtime:
        await _fill(await runtime.database())
        yield runtime


async def _fill(database: Database) -> None:
    async with database.write() as conn:
        near, far = await add_unit(conn, "XA01"), await add_unit(conn, "XA02")
        met = {"channel": "web", "bot": "b", "language": "vi", "status": "active"}
        seen = {"first_seen_at": NOW, "last_seen_at": NOW}
        who = await conn.scalar(insert(contacts).values(**met, **seen).returning(contacts.c.id))
        for code, unit in (("D1", near), ("D2", far)):
            dossier = await add_dossier(conn, unit, code)
            await answer(conn, dossier, "on_time", "late", channel="paper")
        disowned = await add_dossier(conn, far, "D3")
        await answer(conn, disowned, "contacts", "none", contact_id=who)
        assert await asides.set_aside(conn, disowned, "phieu5", NOW)
        blamed = await add_dossier(conn, far, "D4")
        number = await answer(conn, blamed, "conduct", "yes", channel="paper")
        await complaints.open_(
            conn,
            response_id=number,
            kind="conduct",
            reference="PA-1",
            now=NOW,
            due_on=NOW.date(),
        )


async def _sheet(runtime: Runtime, folder: Path, **decisions: str) -> Path:
    """The sheet with a decision for some dossiers."""
    database = await runtime.database()
    async with database.read() as conn:
        book, forms = chosen(runtime, None), await known_forms(conn)
        phrases = DossierPhrases(runtime=runtime, rulebook=book, forms=forms)
        items = await review_queue.list_items(conn, Q2)
        rows = await read_rows(conn, phrases, Q2, items)
    assert len(rows) == 4
    lines = [",".join(f'"{title_of(key, "vi")}"' for key in KEYS)]
    for row in rows:
        decision = decisions.get(row.item.dossier, "")
        told = {**row.told, DECISION: decision, REASON: "Đã gặp" if decision else ""}
        lines.append(",".join(f'"{told.get(key, "")}"' for key in KEYS))
    return csv_file(folder, *lines)


async def _take(runtime: Runtime, file: Path) -> dict[str, int]:
    return counts(await import_sheet(runtime, file, rejects=None, dry_run=False))


@pytest.mark.parametrize("decision", ["keep", "drop"])
async def test_a_second_import_changes_nothing(
    runtime: Runtime, tmp_path: Path, decision: str
) -> None:
    """Whatever a row was about; another decision about what is done is refused."""
    said = {"D1": "confirm", "D3": decision, "D4": "refuted"}
    file = await _sheet(runtime, tmp_path, **said)
    assert await _take(runtime, file) == {"new": 3, "changed": 0, "same": 1, "rejected": 0}
    assert await _take(runtime, file) == {"new": 0, "changed": 0, "same": 4, "rejected": 0}
    other = {"keep": "drop", "drop": "keep"}[decision]
    file.write_text(file.read_text("utf-8").replace(f'"{decision}"', f'"{other}"'), "utf-8")
    assert (await _take(runtime, file))["rejected"] == 1


async def test_a_verifier_decides_for_own_units_only(runtime: Runtime, tmp_path: Path) -> None:
    """Rows of other units are refused one by one, whatever they are about, and change nothing."""
    file = await _sheet(runtime, tmp_path, D1="confirm", D2="confirm", D3="drop", D4="refuted")
    limited = replace(runtime, scope=UnitScope(unit="XA01", numbers={"XA01": 1}))
    assert await _take(limited, file) == {"new": 1, "changed": 0, "same": 0, "rejected": 3}
    database = await runtime.database()
    async with database.read() as conn:
        left = await review_queue.list_items(conn, Q2)
        aside = await conn.scalar(select(responses.c.form).where(responses.c.form.like("%~%")))
    assert sorted(one.dossier for one in left) == ["D2", "D3", "D4"]
    assert aside is not None
    assert not aside.endswith(asides.DROPPED)


async def test_decisions_are_a_list_and_an_annex(
    runtime: Runtime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who decided what about which dossier, each kind in words; the annex masks codes and says
    nothing that a citizen said; what was decided after closing is not in a signed one."""
    said = {"D1": "change: late", "D3": "drop", "D4": "refuted"}
    await _take(runtime, await _sheet(runtime, tmp_path, **said))
    ask = {"period": "2021-Q2", "unit": None, "force": False}
    listing: Any = list_decided.callback
    await listing(runtime, **ask, complaints=False, out=None, shown_as=Format.JSON)
    told = {one["dossier"]: one for one in json.loads(capsys.readouterr().out)}
    decisions = {code: one["decision"] for code, one in told.items()}
    assert decisions == {"D1": "change", "D3": "drop", "D4": "refuted"}
    assert (told["D1"]["officer"], told["D1"]["outcome"]) == ("hoa", "late")
    out = tmp_path / "d.xlsx"
    await listing(runtime, **ask, complaints=True, out=out, shown_as=Format.TABLE)
    book = load_workbook(out)
    assert book.sheetnames == ["Tổng hợp", "Quyết định", "Ghi chú"]
    lines = list(book["Quyết định"].iter_rows(min_row=6, values_only=True))
    assert [line[1:6] for line in lines] == [
        ("hoa", "XA02 XA02", "D4", "phản ánh PA-1", "phản ánh không đúng")
    ]
    database = await runtime.database()
    async with database.read() as conn:
        table = await decided_table(conn, runtime, Q2, None)
        closed = Mark(number=1, at=NOW, officer="hoa", digest="0" * 64)
        assert await decided_table(conn, runtime, Q2, closed) is None
    assert table is not None
    rows = [dict(zip((f.title for f in table.fields), row, strict=True)) for row in table.rows]
    assert len(rows) == 3
    assert all("•" in str(row["Mã hồ sơ"]) for row in rows)


async def test_a_complaint_shows_every_decision(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also the one that was replaced, in their order, in the list and in the annex."""
    database = await runtime.database()
    for hours, (state, reason) in enumerate(((REFUTED, "Không đúng"), (UPHELD, "Có băng ghi âm"))):
        later = replace(runtime, now=runtime.now + timedelta(hours=hours))
        async with database.write() as conn:
            await decide_complaint(conn, later, "PA-1", state, reason, again=True)
    listing: Any = list_decided.callback
    ask = {"period": "2021-Q2", "unit": None, "force": False, "out": None, "complaints": True}
    await listing(runtime, **ask, shown_as=Format.JSON)
    told = json.loads(capsys.readouterr().out)
    wanted = [("refuted", "Không đúng", "hoa"), ("upheld", "Có băng ghi âm", "hoa")]
    assert [(one["decision"], one["reason"], one["officer"]) for one in told] == wanted
    async with database.read() as conn:
        table = await decided_table(conn, runtime, Q2, None)
    assert table is not None
    titles = [field.title for field in table.fields]
    reasons = [dict(zip(titles, row, strict=True))["Lý do"] for row in table.rows]
    assert reasons == ["Không đúng", "Có băng ghi âm"]
