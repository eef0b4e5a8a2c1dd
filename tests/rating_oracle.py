"""A slow second opinion on ratings, in fractions, written from the text of the rules alone.

It shares nothing with `scoring`: no rulebook, no Decimal, no structure. A unit is a plain dict.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

Plain = Mapping[str, Any]

DOSSIER_POINTS: dict[str, dict[str, int]] = {
    "1": {"early": 2, "same_day": 1, "late": 0},
    "2": {"early": 2, "same_day": 1, "late": 0},
    "3": {"none": 2, "once": 1, "many": 0, "many_own_fault": 1},
    "4": {"none": 2, "one_stop": 1, "many": 0, "many_field_check": 1},
    "7": {"complaint": 0, "early": 2, "same_day": 1, "late": 0},
}
GRADES = (("xuat_sac", 15), ("tot", 12), ("kha", 9), ("trung_binh", 6), ("yeu", 0))


def printed(value: Fraction | None, digits: int) -> str | None:
    """The number with `digits` decimals, rounded half up, as text."""
    if value is None:
        return None
    shifted = value * 10**digits + Fraction(1, 2)
    whole = shifted.numerator // shifted.denominator
    if digits == 0:
        return str(whole)
    return f"{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


def at(value: Fraction | None, digits: int) -> Fraction | None:
    """The number itself after that rounding."""
    text = printed(value, digits)
    return None if text is None else Fraction(text)


def rate(units: Sequence[Plain]) -> dict[str, Any]:
    """What `motcua rate --format json` must say of these units, warnings and period aside."""
    rated = [rate_unit(unit) for unit in sorted(units, key=lambda unit: unit["code"])]
    blocks = sorted({unit["block"] for unit in rated if unit["block"]})
    return {
        "units": [{k: v for k, v in unit.items() if k not in HIDDEN} for unit in rated],
        "blocks": [block(name, [u for u in rated if u["block"] == name]) for name in blocks],
        "overall": overall([unit for unit in rated if unit["state"] == "scored"]),
    }


HIDDEN = ("exact", "exact_total")


def rate_unit(unit: Plain) -> dict[str, Any]:
    """One unit."""
    exact: dict[str, Fraction | None] = {}
    shown: dict[str, Any] = {}
    for number in "123456789":
        computed, n = criterion(number, unit)
        given = unit["appraised"].get(number)
        exact[number] = at(computed if given is None else Fraction(given), 1)
        points = printed(exact[number], 1)
        shown[number] = None if points is None else {"points": points, "n": n}
    known = [points for points in exact.values() if points is not None]
    state = state_of(unit, len(known))
    total = sum(known, Fraction(0)) if state == "scored" else None
    fields = ("code", "name", "level", "block", "received", "dossiers", "responses")
    return {
        **{field: unit[field] for field in fields},
        "state": state,
        "criteria": shown,
        "scored_criteria": len(known),
        "reachable": str(2 * len(known)),
        "total": printed(total, 1),
        "grade": None if total is None else next(g for g, limit in GRADES if total >= limit),
        "exact": exact,
        "exact_total": total,
    }


def state_of(unit: Plain, scored: int) -> str:
    """One of the four states."""
    if unit["received"] + unit["dossiers"] == 0:
        return "no_dossiers"
    if unit["responses"] == 0 and not unit["facts"] and not unit["appraised"] and not unit["self"]:
        return "not_scored"
    return "scored" if scored >= 5 else "insufficient"


def criterion(number: str, unit: Plain) -> tuple[Fraction | None, int | None]:
    """Points before rounding, and the dossiers with evidence (None for the unit criteria)."""
    if number in DOSSIER_POINTS:
        every = [
            DOSSIER_POINTS[number][outcome]
            for outcome, count in unit["outcomes"].get(number, {}).items()
            for _ in range(count)
            if outcome in DOSSIER_POINTS[number]
        ]
        return (Fraction(sum(every), len(every)) if every else None), len(every)
    rule = {"5": cs5, "6": cs6, "8": cs8, "9": cs9}[number]
    points = rule(unit)
    return (None if points is None else Fraction(points)), None


def cs5(unit: Plain) -> int | None:
    """On-the-spot appraisal by level, else everything at the desk."""
    facts = unit["facts"]
    limit = {"tinh": Fraction("0.2"), "huyen": Fraction("0.5"), "xa": Fraction(1)}[unit["level"]]
    if "onspot_share" in facts and Fraction(facts["onspot_share"]) >= limit:
        return 2
    if "onestop_share" not in facts:
        return None
    return 1 if Fraction(facts["onestop_share"]) == 1 else 0


def cs6(unit: Plain) -> int | None:
    """Publication in both forms, in one, or poorly."""
    return {None: None, "both": 2, "one": 1, "poor": 0}[unit["facts"].get("publicity")]


def cs8(unit: Plain) -> int | None:
    """Complaints handled on time and none prolonged."""
    facts = unit["facts"]
    if "complaints_total" not in facts:
        return None
    total = Fraction(facts["complaints_total"])
    if total == 0:
        return 2
    if "complaints_on_time" not in facts or "complaints_prolonged" not in facts:
        return None
    share = Fraction(facts["complaints_on_time"]) / total
    if Fraction(facts["complaints_prolonged"]) != 0 or share < Fraction(9, 10):
        return 0
    return 2 if share == 1 else 1


def cs9(unit: Plain) -> int | None:
    """Online services: procedures deployed, dossiers online, none unresolved or late."""
    facts = {name: Fraction(value) for name, value in unit["facts"].items() if name != "publicity"}
    eligible = facts.get("online_procedures_eligible")
    deployed = facts.get("online_procedures_deployed")
    bad = facts.get("online_dossiers_unresolved_or_late")
    if "online_dossiers" in facts and "dossiers_total" in facts:
        online, every = facts["online_dossiers"], facts["dossiers_total"]
    else:
        online, every = Fraction(unit["received_online"]), Fraction(unit["received"])
    if not eligible or deployed is None or bad is None or every == 0:
        return None
    share = online / every
    if deployed / eligible >= Fraction(1, 5) and share >= Fraction(3, 10) and bad == 0:
        return 2
    return 1 if deployed > 0 and share >= Fraction(15, 100) and bad == 0 else 0


def mean(values: list[Fraction]) -> Fraction | None:
    """The arithmetic mean; None of nothing."""
    return sum(values, Fraction(0)) / len(values) if values else None


def block(name: str, units: list[dict[str, Any]]) -> dict[str, Any]:
    """One block."""
    scored = [unit for unit in units if unit["state"] == "scored"]
    counts = {grade: sum(unit["grade"] == grade for unit in scored) for grade, _ in GRADES}
    return {
        "block": name,
        "units": len(units),
        "scored": len(scored),
        "mean": printed(mean([unit["exact_total"] for unit in scored]), 2),
        "grades": counts,
        "shares_of_all": shares(counts, len(units)),
        "shares_of_scored": shares(counts, len(scored)),
    }


def shares(counts: dict[str, int], of: int) -> dict[str, str | None]:
    """Percent of each grade that occurs."""
    return {g: printed(Fraction(100 * count, of), 0) for g, count in counts.items() if count}


def overall(scored: list[dict[str, Any]]) -> dict[str, Any]:
    """The three aggregates over the scored units."""
    means = {
        number: mean([u["exact"][number] for u in scored if u["exact"][number] is not None])
        for number in "123456789"
    }
    rounded = [value for value in (at(m, 2) for m in means.values()) if value is not None]
    weight = sum(unit["dossiers"] for unit in scored)
    weighted = sum((unit["exact_total"] * unit["dossiers"] for unit in scored), Fraction(0))
    return {
        "criteria": {number: printed(value, 2) for number, value in means.items()},
        "sum_of_criterion_means": printed(sum(rounded, Fraction(0)) if rounded else None, 2),
        "unit_mean": printed(mean([unit["exact_total"] for unit in scored]), 2),
        "dossier_weighted_mean": printed(weighted / weight if weight else None, 2),
        "printed": "sum_of_criterion_means",
    }


def means_differ(overall_json: Mapping[str, Any]) -> bool:
    """Whether the aggregates that can be told are not all equal."""
    names = ("sum_of_criterion_means", "unit_mean", "dossier_weighted_mean")
    return len({overall_json[name] for name in names} - {None}) > 1
