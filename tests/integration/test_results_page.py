"""The officer's results page: figures and names from the server, nothing of the demo by itself."""

import re

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import insert

from admin.desk.results_page import PAGES, ResultsPage
from admin.kit.texts import load_texts
from scoring.rulebook import find_rulebook
from surveys.period import parse_period
from surveys.store.asking.funnel import STAGES
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.integration.rows import NOW, add_dossier, add_unit, answer

RULEBOOK = find_rulebook("tt01-2018")


def invited(dossier: int, number: int) -> dict[str, object]:
    """An invitation that was sent; the first of them is known to have arrived."""
    delivered = NOW if number == 1 else None
    state = "delivered" if delivered else "issued"
    times = {"issued_at": NOW, "delivered_at": delivered}
    return {"dossier_id": dossier, "form": "phieu5", "state": state, "made_at": NOW, **times}


async def test_the_summary_carries_figures_and_their_names(database: Database) -> None:
    """Every id of a grade, state or block in the figures comes with its name."""
    async with database.write() as conn:
        for number in range(3):
            dossier = await add_dossier(conn, await add_unit(conn, f"XA0{number}"), f"D{number}")
            await answer(conn, dossier, "contacts", "none")
            if number:
                await conn.execute(insert(schema.invitations).values(**invited(dossier, number)))
    page = ResultsPage(
        database=database,
        period=parse_period("2021-Q2"),
        rulebook=RULEBOOK,
        texts=load_texts("vi"),
        place="Huyện An Lão",
        beside=lambda: {"beside": 1},
    )
    app = web.Application()
    app.add_routes(page.routes())
    async with TestClient(TestServer(app)) as client:
        told = await (await client.get("/officer/summary")).json()
        files = [(await client.get(f"/officer{name}")).status for name in ("", "/officer.js")]
        absent = [(await client.post(name)).status for name in ("/officer/crowd", "/demo/case")]
    rating = told["rating"]
    assert (told["place"], told["from_day"], told["beside"]) == ("Huyện An Lão", "15/03/2021", 1)
    assert (told["counts"]["returned"], told["counts"]["answered"]) == (3, 3)
    assert [one["stage"] for one in told["funnel"]] == list(STAGES)
    assert [one["count"] for one in told["funnel"]] == [3, 2, 2, 1, 0, 3, 0]
    assert told["funnel"][0]["name"] == "Đã trả"
    assert {unit["state"] for unit in rating["units"]} <= set(rating["names"]["states"])
    assert set(rating["blocks"][0]["grades"]) == set(rating["names"]["grades"])
    assert rating["names"]["blocks"] == {"xa": "Khối xã, thị trấn"}
    assert list(rating["names"]["criteria"]) == list(RULEBOOK.criteria)
    assert (files, absent) == ([200, 200], [404, 404])


def test_the_script_knows_no_names() -> None:
    """Grades and states of a rulebook are data: the page gets them with the figures."""
    words = set(re.findall(r"\w+", (PAGES / "officer.js").read_text("utf-8")))
    bands = RULEBOOK.grade_bands
    assert words.isdisjoint({*(band.id for band in bands), "no_dossiers", "insufficient", "phong"})
    assert "grades" in words
