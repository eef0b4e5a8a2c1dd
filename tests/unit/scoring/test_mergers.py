"""Random provinces with mergers and splits, against fractions from raw dossiers."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.evidence import Desk, UnitEvidence
from scoring.mergers import Merger, Split, Successor, fold, heads_of, with_splits
from scoring.rulebook import find_rulebook
from scoring.unit_rating import State, rate_units

DAY = date(2025, 6, 30)
PERIOD_END = date(2025, 12, 14)
POINTS = {"early": 2, "same_day": 1, "late": 0}
CONTACTS = {"none": 2, "once": 1, "many": 0}
TT01, ND118 = find_rulebook("tt01-2018"), find_rulebook("nd118-2025")


class Province(NamedTuple):
    """What `provinces` draws."""

    codes: list[str]
    merged: dict[str, str]
    split: dict[str, tuple[str, ...]]
    dossiers: list[tuple[str, str, str, str]]


@st.composite
def provinces(draw: st.DrawFn) -> Province:
    """Units, who was merged into whom or split into which (chains too), and dossiers: resolver,
    receiver, time, contacts."""
    codes = [f"X{number:02d}" for number in range(draw(st.integers(2, 7)))]
    merged, split = dict[str, str](), dict[str, tuple[str, ...]]()
    for index, code in enumerate(codes[:-1]):
        later = st.lists(st.sampled_from(codes[index + 1 :]), max_size=3, unique=True)
        match draw(later):
            case [one]:
                merged[code] = one
            case [_, _, *_] as parts:
                split[code] = tuple(parts)
    some = st.sampled_from(codes)
    dossier = st.tuples(some, some, st.sampled_from([*POINTS]), st.sampled_from([*CONTACTS]))
    return Province(codes, merged, split, draw(st.lists(dossier, max_size=30)))


def _evidence(code: str, dossiers: list[tuple[str, str, str, str]]) -> UnitEvidence:
    mine = [one for one in dossiers if one[0] == code]
    here = [one for one in dossiers if one[1] == code]
    return UnitEvidence(
        code=code,
        name=code,
        level="xa",
        block="xa",
        received=len(mine),
        dossiers=len(mine),
        responses=len(mine),
        outcomes={"1": Counter(o[2] for o in mine), "3": Counter(o[3] for o in mine)},
        desk=Desk(
            dossiers=len(here),
            responses=len(here),
            outcomes={"1": Counter(o[2] for o in here), "3": Counter(o[3] for o in here)},
        ),
        facts={"complaints_total": Decimal(len(mine))},
    )


def _head(code: str, merged: dict[str, str]) -> str:
    return _head(merged[code], merged) if code in merged else code


def _half_up(value: Fraction, digits: int) -> Decimal:
    scaled = floor(value * 10**digits + Fraction(1, 2))
    return Decimal(scaled).scaleb(-digits)


@given(provinces())
@settings(deadline=None)
def test_a_successor_has_what_its_predecessors_had(province: Province) -> None:
    """Time by who resolved, contacts by who received, in points and in shares; nothing is lost, and
    what was split counts once, with itself."""
    codes, merged, split, dossiers = province
    mergers = [Merger(unit=a, successor=b, last_day=DAY) for a, b in merged.items()]
    named = {code: Successor(code=code, name=code, level="xa", block="xa") for code in codes}
    units = [_evidence(code, dossiers) for code in codes]
    splits = [Split(unit=code, parts=parts, last_day=DAY) for code, parts in split.items()]
    units = list(with_splits(units, splits, PERIOD_END))
    folded = fold(TT01, units, heads_of(mergers, PERIOD_END), named)
    assert {unit.code for unit in folded} == {_head(code, merged) for code in codes}
    assert sum(unit.dossiers for unit in folded) == len(dossiers)
    assert {unit.code: unit.split_into for unit in folded if unit.split_into} == split
    rated = {unit.code: unit for unit in rate_units(TT01, folded)}
    shared = {unit.code: unit for unit in rate_units(ND118, folded)}
    for code, unit in rated.items():
        mine = [one for one in dossiers if _head(one[0], merged) == code]
        here = [one for one in dossiers if _head(one[1], merged) == code]
        assert unit.evidence.number("complaints_total") == len(mine)
        assert set(unit.evidence.includes) == {
            one for one in codes if one != code and _head(one, merged) == code
        }
        assert (unit.state is State.NO_DOSSIERS) is (not mine and not here)
        for criterion, held, worth in (
            ("1", [m[2] for m in mine], POINTS),
            ("3", [h[3] for h in here], CONTACTS),
        ):
            exact = Fraction(sum(worth[o] for o in held), len(held)) if held else None
            points = unit.scores[criterion].points
            assert points == (None if exact is None else _half_up(exact, 1))
        good = [one for one in mine if one[2] != "late"]
        share = Fraction(100 * len(good), len(mine)) if mine else None
        assert shared[code].scores["a"].percent == (None if share is None else _half_up(share, 2))


def test_units_stay_apart_until_the_day_of_the_merger() -> None:
    """On its own last day a unit still is one; a chain leads to the last successor."""
    mergers = [
        Merger(unit="A", successor="B", last_day=DAY),
        Merger(unit="B", successor="C", last_day=DAY + timedelta(days=100)),
    ]
    assert heads_of(mergers, DAY) == {}
    assert heads_of(mergers, DAY + timedelta(days=1)) == {"A": "B"}
    assert heads_of(mergers, DAY + timedelta(days=101)) == {"A": "C", "B": "C"}


def test_shares_are_never_added() -> None:
    """The successor's own counts; one that a single unit has stays; two others make it unknown."""
    known = {code: _evidence(code, []) for code in ("A", "B", "C")}
    own, alone, both = Decimal("0.5"), Decimal("0.9"), Decimal("0.2")
    facts: dict[str, dict[str, Decimal | str]] = {
        "A": {"onspot_share": Decimal("0.1"), "onestop_share": both},
        "B": {"onestop_share": alone, "publicity": "both"},
        "C": {"onspot_share": own},
    }
    units = [
        UnitEvidence(code=code, name=code, level="xa", block="xa", facts=facts[code])
        for code in known
    ]
    (folded,) = fold(TT01, units, {"A": "C", "B": "C"}, {})
    assert folded.facts == {"onspot_share": own, "publicity": "both"}
