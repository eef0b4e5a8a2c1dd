"""The officer's results page: figures and names from the server, nothing of the demo by itself."""

import re
from dataclasses import replace

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert

from admin.desk.invitations_part import InvitationsPart
from admin.desk.results_page import PAGES, ResultsPage
from admin.kit.texts import load_texts
from scoring.rulebook import find_rulebook
from surveys.form import shipped_forms, version_for
from surveys.period import parse_period
from surveys.store.asking.funnel import STAGES
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.integration.queue_rows import add_contact
from tests.integration.rows import NOW, add_dossier, add_unit, answer

QUARTER = parse_period("2021-Q2")
PHIEU5 = version_for(shipped_forms(), "phieu5", QUARTER.end)
RULEBOOK = find_rulebook("tt01-2018")


def invited(dossier: int, number: int) -> dict[str, object]:
    """An invitation that was sent; the first of them is known to have arrived."""
    delivered = NOW if number == 1 else None
    state = "delivered" if delivered else "issued"
    times = {"issued_at": NOW, "delivered_at": delivered}
    return {"dossier_id": dossier, "form": "phieu5", "state": state, "made_at": NOW, **times}


def results_page(database: Database) -> ResultsPage:
    """The page of An Lão's second quarter."""
    return ResultsPage(
        database=database,
        period=QUARTER,
        rulebook=RULEBOOK,
        texts=load_texts("vi"),
        place="Huyện An Lão",
        form=PHIEU5,
        beside=lambda: {"beside": 1},
    )


async def test_the_summary_carries_figures_and_their_names(database: Database) -> None:
    """Every id of a grade, state or block in the figures comes with its name."""
    async with database.write() as conn:
        for number in range(3):
            dossier = await add_dossier(conn, await add_unit(conn, f"XA0{number}"), f"D{number}")
            await answer(conn, dossier, "contacts", "none")
            if number:
                await conn.execute(insert(schema.invitations).values(**invited(dossier, number)))
    page = results_page(database)
    app = web.Application()
    app.add_routes(page.routes())
    async with TestClient(TestServer(app)) as client:
        told = await (await client.get("/officer/summary")).json()
        asked = await (await client.get("/officer/invitations")).json()
        files = [(await client.get(f"/officer{name}")).status for name in ("", "/officer.js")]
        absent = [(await client.post(name)).status for name in ("/officer/crowd", "/demo/case")]
    rating = told["rating"]
    assert (told["place"], told["from_day"], told["beside"]) == ("Huyện An Lão", "15/03/2021", 1)
    assert (told["counts"]["returned"], told["counts"]["answered"]) == (3, 3)
    assert [one["stage"] for one in told["funnel"]] == list(STAGES)
    assert [one["count"] for one in told["funnel"]] == [3, 2, 2, 1, 0, 3, 0]
    assert told["funnel"][0]["name"] == "Đã trả"
    assert [one["by"] for one in asked["groups"]] == ["unit", "channel", "week"]
    rows = {row["group"]: row["counts"] for row in asked["groups"][0]["rows"]}
    assert rows["XA01"] == [1, 1, 1, 1, 0, 1, 0]
    assert sum(row["counts"][0] for row in asked["groups"][2]["rows"]) == 3
    assert asked["stages"] == [one["name"] for one in told["funnel"]]
    assert asked["stops"]["rows"] == [] != asked["stops"]["nobody"]
    assert asked["warning"] == ""
    assert {unit["state"] for unit in rating["units"]} <= set(rating["names"]["states"])
    assert set(rating["blocks"][0]["grades"]) == set(rating["names"]["grades"])
    assert rating["names"]["blocks"] == {"xa": "Khối xã, thị trấn"}
    assert list(rating["names"]["criteria"]) == list(RULEBOOK.criteria)
    assert (files, absent) == ([200, 200], [404, 404])


async def test_a_rulebook_without_grades_evaluates_and_grades_nobody(
    sqlite_database: Database,
) -> None:
    """NĐ 118/2025/NĐ-CP: names for every column, shares with their counts, no word of points."""
    async with sqlite_database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn), "D1")
        await answer(conn, dossier, "satisfaction", "very")
    page = replace(results_page(sqlite_database), rulebook=find_rulebook("nd118-2025"))
    app = web.Application()
    app.add_routes(page.routes())
    async with TestClient(TestServer(app)) as client:
        rating = (await (await client.get("/officer/summary")).json())["rating"]
    names = rating["names"]
    assert (names["grades"], rating["rulebook_details"]["has_total"]) == ({}, False)
    assert names["states"]["scored"] == "đã đánh giá"
    assert not any("chấm" in word or "xếp loại" in word for word in names["states"].values())
    assert all(" " in name for name in names["criteria"].values())
    scored = rating["units"][0]["criteria"]["i"]
    assert (scored["numerator"], scored["denominator"], scored["points"]) == ("1", "1", None)


async def test_where_people_stop_and_how_channels_compare(sqlite_database: Database) -> None:
    """With a warning where channels with enough answers are far apart, and their intervals."""
    async with sqlite_database.write() as conn:
        unit = await add_unit(conn)
        for number in range(60):
            dossier = await add_dossier(conn, unit, f"D{number}")
            channel = "telegram" if number < 30 else "paper"
            option = "very" if number < 24 or number > 50 else "satisfied"
            await answer(conn, dossier, "satisfaction", option, channel=channel)
        stopped = insert(schema.invitations).values(**invited(dossier, 1))
        made = (await conn.execute(stopped.returning(schema.invitations.c.id))).scalar_one()
        contact = await add_contact(conn, "84")
        waits = {"invitation_id": made, "contact_id": contact, "state": {"question": "contacts"}}
        values = waits | {"phase": "asking", "updated_at": NOW}
        await conn.execute(insert(schema.interviews).values(**values))
        part = InvitationsPart(texts=load_texts("vi"), form=PHIEU5)
        found = await part.read(conn, QUARTER)
    assert [row["count"] for row in found["stops"]["rows"]] == [1]
    assert "liên hệ" in found["stops"]["rows"][0]["question"]
    paper, telegram = found["choices"]["rows"]
    assert paper == "Phiếu giấy: 30 câu trả lời, 30% chọn mức tốt nhất (95%: 17–48%)"
    assert telegram == "Telegram: 30 câu trả lời, 80% chọn mức tốt nhất (95%: 63–90%)"
    assert "ngẫu nhiên" in found["warning"]


def test_the_script_knows_no_names() -> None:
    """Grades and states of a rulebook are data: the page gets them with the figures."""
    words = set(re.findall(r"\w+", (PAGES / "officer.js").read_text("utf-8")))
    bands = RULEBOOK.grade_bands
    assert words.isdisjoint({*(band.id for band in bands), "no_dossiers", "insufficient", "phong"})
    assert "grades" in words
