"""The figures of a report are gathered on either kind of database, of an empty one too."""

from datetime import datetime

import pytest
from sqlalchemy import insert

from admin.figures.gathering import Order, gather
from admin.figures.model import Kind
from admin.figures.stored import as_text, from_text
from admin.kit.texts import load_texts
from admin.rating.rating_phrases import RatingPhrases
from scoring.rulebook import find_rulebook
from surveys.period import Preset, parse_period
from surveys.store.base.database import Database
from surveys.store.base.schema import dossiers, units


@pytest.mark.parametrize("rulebook", ["tt01-2018", "nd118-2025", "qd766-2022"])
@pytest.mark.parametrize("kind", list(Kind))
async def test_every_kind_by_every_rulebook(database: Database, kind: Kind, rulebook: str) -> None:
    """With a dossier without a return, and with none; stored and read back they are equal."""
    period = parse_period("2025")
    order = Order(
        kind=kind,
        period=period,
        phrases=RatingPhrases(
            texts=load_texts("vi"), rulebook=find_rulebook(rulebook), day=period.end
        ),
        preset=Preset.ADMINISTRATIVE,
        form="phieu5",
        quota_percent=10,
        near_days=3,
        as_of=period.end,
    )
    async with database.read() as conn:
        empty = await gather(conn, order)
    assert empty.intake.whole.received == 0
    async with database.write() as conn:
        unit = {"code": "X", "name": "Xã", "name_key": "xa", "level": "xa", "block": "xa"}
        await conn.execute(insert(units).values(id=1, **unit))
        row = {"code": "C", "unit_id": 1, "channel": "online", "status": 4}
        received = datetime(2025, 5, 1, 8)
        await conn.execute(insert(dossiers).values(**row, received_at=received))
    async with database.read() as conn:
        figures = await gather(conn, order)
    assert figures.intake.whole.in_time == 1
    assert from_text(as_text(figures)) == figures
    assert bool(figures.intake.procedures) is (kind is Kind.ONESTOP)
