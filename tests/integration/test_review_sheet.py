"""The sheet of a review, on both databases: it is imported twice, and only for one's own units."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from admin.kit.runtime import Runtime
from admin.kit.unit_scope import UnitScope
from admin.rating.rulebooks import chosen
from admin.verifying.dossier_phrases import DossierPhrases, known_forms
from admin.verifying.review_sheet import DECISION, KEYS, REASON, read_rows, title_of
from admin.verifying.sheet_import import import_sheet
from surveys.period import parse_period
from surveys.store.base.database import Database
from surveys.store.base.schema import contacts, responses
from surveys.store.results import asides, complaints, review_queue
from tests.integration.office import counts, csv_file, office
from tests.integration.rows import NOW, add_dossier, add_unit, answer

Q2 = parse_period("2021-Q2")


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
