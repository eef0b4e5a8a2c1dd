"""Lists derived from a rating: units to remind, officials and their completion bands."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from admin.rating.rating_phrases import RatingPhrases
from admin.rating.result import RatingResult
from scoring.officials import rate_official
from scoring.rounding import plain
from surveys.store.results.ratings import OutcomeCounts


def missing_rows(
    phrases: RatingPhrases, result: RatingResult, *, as_table: bool
) -> list[dict[str, Any]]:
    """The units with dossiers but without a grade, and the criteria they lack."""
    rows = []
    for unit in result.attention.unfinished:
        state = phrases.state(unit.state) if as_table else unit.state.value
        rows.append(asdict(unit) | {"state": state, "missing": " ".join(unit.missing)})
    return rows


def official_rows(
    phrases: RatingPhrases, counted: Mapping[tuple[str, str], OutcomeCounts], *, as_table: bool
) -> list[dict[str, Any]]:
    """One row per official of a unit; criteria without evidence are empty."""
    rows = []
    for (unit, official), outcomes in sorted(counted.items()):
        rated = rate_official(phrases.rulebook, official, outcomes)
        band = rated.band and (rated.band.name.of(phrases.language) if as_table else rated.band.id)
        points = {f"cs{number}": finding.points for number, finding in rated.findings.items()}
        evidence = {"n": rated.dossiers, "reachable": plain(rated.reachable)}
        found = {"unit": unit, "official": official, **points, **evidence}
        rows.append(found | {"total": rated.total, "band": band})
    return rows
