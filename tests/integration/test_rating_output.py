"""What a rating prints: the contract's keys, the additional ones, simulated responses."""

from admin.kit.texts import load_texts
from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import RatingResult, read_rating
from admin.rating.rows import as_json, flat
from scoring.rulebook import find_rulebook
from surveys.period import parse_period
from surveys.store.base.database import Database
from tests.integration.rows import add_dossier, add_unit, answer

Q2 = parse_period("2021-Q2")
RULEBOOK = find_rulebook("tt01-2018")
PHRASES = RatingPhrases(texts=load_texts("vi"), rulebook=RULEBOOK, day=Q2.end)
CONTRACT = ["period", "rulebook", "units", "blocks", "overall", "warnings"]


async def _rated(database: Database, *, simulated: bool) -> RatingResult:
    async with database.write() as conn:
        for code in ("XA01", "XA02"):
            unit = await add_unit(conn, code)
            dossier = await add_dossier(conn, unit, f"D{code}")
            crowd = simulated and code == "XA02"
            await answer(conn, dossier, "contacts", "none", simulated=crowd)
        return await read_rating(conn, RULEBOOK, Q2)


async def test_the_contracts_keys_come_first(database: Database) -> None:
    """Nothing is added to its objects; where nothing was simulated, nothing says so."""
    result = await _rated(database, simulated=False)
    found = as_json(result, PHRASES)
    contract = result.rating.as_json(Q2.as_json(), "vi")
    assert list(found)[: len(CONTRACT)] == CONTRACT == list(contract)
    assert {key: found[key] for key in CONTRACT} == contract
    assert "simulated" not in found
    assert "simulated" not in flat(result)[1]


async def test_simulated_responses_are_counted_in_every_form(database: Database) -> None:
    """In the whole, by unit, and as a column of the CSV."""
    result = await _rated(database, simulated=True)
    found = as_json(result, PHRASES)
    assert found["simulated"] == 1
    assert [unit["simulated"] for unit in found["units"]] == [0, 1]
    rows, keys = flat(result)
    assert "simulated" in keys
    assert [(row["code"], row["simulated"]) for row in rows] == [("XA01", 0), ("XA02", 1)]
