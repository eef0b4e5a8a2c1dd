"""Points of single dossiers and single facts, from design.md's "Scoring, exactly", in fractions."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction

from tests.acceptance.support.district import Dossier

ON_SPOT = {"tinh": Fraction("0.2"), "huyen": Fraction("0.5"), "xa": Fraction(1)}
Points = tuple[Fraction, int | None]


def half_up(value: Fraction, digits: int) -> Fraction:
    """Rounded half up; nothing here is negative."""
    return Fraction(math.floor(value * 10**digits + Fraction(1, 2)), 10**digits)


def decimal(value: Fraction, digits: int) -> str:
    """The decimal string with exactly so many digits after the point."""
    whole = int(half_up(value, digits) * 10**digits)
    text = f"{whole:0{digits + 1}}"
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


def mean(values: Iterable[Fraction]) -> Fraction | None:
    """The mean, none of nothing."""
    listed = list(values)
    return sum(listed, Fraction(0)) / len(listed) if listed else None


def shown(value: Fraction | None, digits: int = 2) -> str | None:
    """As printed, none where there is none."""
    return None if value is None else decimal(value, digits)


def average(points: Iterable[int | None]) -> Points | None:
    """Points of dossiers to points of the unit, and over how many."""
    known = [Fraction(p) for p in points if p is not None]
    found = mean(known)
    return None if found is None else (half_up(found, 1), len(known))


def whole(points: int | None) -> Points | None:
    """The points of a unit's fact."""
    return None if points is None else (Fraction(points), None)


def timeliness(done: datetime | None, due: datetime | None) -> int | None:
    """Earlier 2, the same day 1, later 0."""
    if done is None or due is None:
        return None
    return 2 if done.date() < due.date() else int(done.date() == due.date())


def allowance(
    answers: Mapping[str, str], question: str, good: tuple[str, str], excuse: str
) -> int | None:
    """CS 3 and CS 4: none, one allowed, many; many may have an excuse."""
    option = answers.get(question)
    if option is None:
        return None
    if option in good:
        return 2 - good.index(option)
    return int(answers.get(excuse) == "yes")


def conduct(dossier: Dossier, answers: Mapping[str, str]) -> int | None:
    """CS 7."""
    option = answers.get("conduct")
    if option is None:
        return None
    if option == "yes":
        return 0
    return timeliness(dossier.finished_at or dossier.returned_at, dossier.due_at)


def organisation(level: str, facts: dict[str, str]) -> int | None:
    """CS 5."""
    if Fraction(facts.get("onspot_share", "0")) >= ON_SPOT[level]:
        return 2
    if "onestop_share" not in facts:
        return None
    return int(Fraction(facts["onestop_share"]) == 1)


def complaints(facts: dict[str, str]) -> int | None:
    """CS 8."""
    if "complaints_total" not in facts:
        return None
    total = int(facts["complaints_total"])
    if total == 0:
        return 2
    if "complaints_on_time" not in facts or "complaints_prolonged" not in facts:
        return None
    if int(facts["complaints_prolonged"]):
        return 0
    share = Fraction(int(facts["complaints_on_time"]), total)
    return 2 if share == 1 else int(share >= Fraction("0.9"))


def online(facts: dict[str, str], online_dossiers: int, dossiers: int) -> int | None:
    """CS 9; the dossiers' own share counts unless both counts are reported."""
    names = ("eligible", "deployed")
    known = [facts.get(f"online_procedures_{name}") for name in names]
    bad = facts.get("online_dossiers_unresolved_or_late")
    if "online_dossiers" in facts and "dossiers_total" in facts:
        online_dossiers, dossiers = int(facts["online_dossiers"]), int(facts["dossiers_total"])
    if None in known or bad is None or known[0] == "0" or not dossiers:
        return None
    eligible, deployed = (int(number or 0) for number in known)
    share = Fraction(online_dossiers, dossiers)
    if not deployed or share < Fraction("0.15") or int(bad):
        return 0
    return 2 if 5 * deployed >= eligible and share >= Fraction("0.3") else 1
