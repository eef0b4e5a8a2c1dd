"""Lists beside the rating: units to remind, officials and their completion bands."""

from collections.abc import Mapping
from typing import Any

from admin.rating.words import Words
from scoring.officials import rate_official
from scoring.rating import Rating
from scoring.texts import say
from scoring.unit_rating import State
from surveys.store.results.ratings import OutcomeCounts

UNFINISHED = (State.NOT_SCORED, State.INSUFFICIENT)


def missing_rows(words: Words, rating: Rating, *, as_table: bool) -> list[dict[str, Any]]:
    """The units with dossiers but without a grade, and the criteria they lack."""
    return [
        {
            "code": unit.code,
            "name": unit.evidence.name,
            "state": say("states", unit.state, words.language) if as_table else unit.state.value,
            "received": unit.evidence.received,
            "dossiers": unit.evidence.dossiers,
            "responses": unit.evidence.responses,
            "missing": " ".join(unit.missing),
        }
        for unit in rating.units
        if unit.state in UNFINISHED
    ]


def official_rows(
    words: Words, counted: Mapping[tuple[str, str], OutcomeCounts], *, as_table: bool
) -> list[dict[str, Any]]:
    """One row an official of a unit; criteria without evidence are empty."""
    rows = []
    for (unit, official), outcomes in sorted(counted.items()):
        rated = rate_official(words.rulebook, official, outcomes)
        band = rated.band and (rated.band.name.of(words.language) if as_table else rated.band.id)
        points = {f"cs{number}": finding.points for number, finding in rated.findings.items()}
        rows.append(
            {"unit": unit, "official": official, **points, "total": rated.total, "band": band}
        )
    return rows
