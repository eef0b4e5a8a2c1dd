"""Run by `test_tenth_criterion` in a copy of the product that declares a criterion more.

Prints as JSON what every reader of the declaration makes of it.
"""

import asyncio
import json
import sys

from admin.rating.unit_evidence import unit_evidence
from admin.verifying.dossier_phrases import DossierPhrases
from scoring.rating import rate
from scoring.rulebook import find_rulebook
from surveys.criteria import CRITERIA
from surveys.period import parse_period
from surveys.store.base.database import Database
from surveys.store.base.schema import metadata
from surveys.store.results import dossier_records, review_queue, verifications
from surveys.store.results.verifications import Action
from surveys.store.system.audit import Author
from tests.integration.office import office
from tests.integration.rows import NOW, add_dossier, add_unit, answer, evidence_of

Q2 = parse_period("2021-Q2")


async def main(url: str) -> dict[str, object]:
    """Answers about two dossiers, one of which an officer sets right."""
    database, rulebook = Database.open(url), find_rulebook("tt01-2018")
    async with database.write() as conn:
        await conn.run_sync(metadata.create_all)
        unit = await add_unit(conn)
        ids = [await add_dossier(conn, unit, code) for code in ("D1", "D2")]
        for dossier in ids:
            await answer(conn, dossier, "waiting", "long")
        queue = await review_queue.list_items(conn, Q2)
        await verifications.decide(
            conn,
            dossier="D1",
            criterion="10",
            action=Action.CHANGE,
            outcome=CRITERIA["10"].outcome_codes["short"],
            reason="seen",
            author=Author(name="hoa", os_user="may-1", keyring=None),
            now=NOW,
        )
        stored = [(await evidence_of(conn, dossier))["waiting"] for dossier in ids]
        read = await unit_evidence(conn, rulebook, Q2)
        (known,) = await dossier_records.find_by_ids(conn, ids[:1])
    await database.close()
    rating = rate(rulebook, read.evidence)
    async with office(url) as runtime:
        phrases = DossierPhrases(runtime=runtime, rulebook=rulebook, forms=())
        reasons = phrases.reasons("10", known.record, None)
        outcome = phrases.outcome("10", "short")
    return {
        "criteria": list(rating.units[0].scores),
        "score": rating.units[0].scores["10"].as_json(),
        "queue": [(one.dossier, one.criterion, one.shown) for one in queue],
        "stored": stored,
        "reasons": len(reasons),
        "outcome": outcome,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1]))))  # noqa: T201 - its result
