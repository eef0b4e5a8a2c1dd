"""What a rating prints beyond its figures: simulated responses are never silent."""

from admin.rating import rows
from admin.rating.unit_evidence import unit_evidence
from scoring.rating import rate
from scoring.rulebook import find_rulebook
from surveys.period import parse_period
from surveys.store.base.database import Database
from tests.integration.rows import add_dossier, add_unit, answer

Q2 = parse_period("2021-Q2")
SHAPE = ["period", "rulebook", "units", "blocks", "overall", "warnings"]


async def _printed(database: Database, *, simulated: bool) -> dict[str, object]:
    async with database.write() as conn:
        for code in ("XA01", "XA02"):
            unit = await add_unit(conn, code)
            dossier = await add_dossier(conn, unit, f"D{code}")
            crowd = simulated and code == "XA02"
            await answer(conn, dossier, "contacts", "none", simulated=crowd)
        read = await unit_evidence(conn, Q2)
    return rows.as_json(rate(find_rulebook("tt01-2018"), read.evidence), read, "vi")


async def test_a_rating_of_people_has_exactly_the_contracts_keys(database: Database) -> None:
    """Nothing is added where nothing was simulated."""
    found = await _printed(database, simulated=False)
    assert list(found) == SHAPE
    assert "simulated" not in rows.flat(found)[1]


async def test_simulated_responses_are_counted_in_every_form(database: Database) -> None:
    """In the whole, by unit, and as a column of the CSV."""
    found = await _printed(database, simulated=True)
    assert list(found) == [*SHAPE, "simulated"]
    assert found["simulated"] == 1
    flat, keys = rows.flat(found)
    assert "simulated" in keys
    assert [(row["code"], row["simulated"]) for row in flat] == [("XA01", 0), ("XA02", 1)]
