"""A rulebook nobody has written loads and rates without code: groups, sets, roles, no grades."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.errors import Refusal
from scoring.evidence import Desk, UnitEvidence
from scoring.rating import rate
from scoring.rulebook import find_rulebook, load_rulebook, with_choices
from scoring.unit_rating import State, rate_unit

FILE = Path(__file__).parent / "rulebooks" / "province-2027.yaml"
BOOK = load_rulebook(FILE)
COUNTS = st.integers(0, 40)
BANDS = ((Fraction(95, 100), Decimal(25)), (Fraction(80, 100), Decimal("17.5")))


def _unit(times: tuple[int, int, int], desk: tuple[int, int, int], **more: Any) -> UnitEvidence:  # noqa: ANN401
    early, same, late = times
    none, once, many = desk
    return UnitEvidence(
        code="X",
        name="X",
        level="xa",
        received=sum(times),
        dossiers=sum(times),
        responses=1,
        outcomes={"1": {"early": early, "same_day": same, "late": late}, "3": {"many": 7}},
        desk=Desk(dossiers=sum(desk), outcomes={"3": {"none": none, "once": once, "many": many}}),
        **more,
    )


def _rounded(value: Fraction) -> Decimal:
    """Half to even at one digit, by whole numbers alone."""
    tenths, rest = divmod(value * 10, 1)
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and tenths % 2 == 1)
    return Decimal(int(tenths) + up) / 10


@given(st.tuples(COUNTS, COUNTS, COUNTS), st.tuples(COUNTS, COUNTS, COUNTS), COUNTS, COUNTS)
@settings(deadline=None)
def test_points_are_those_of_fractions(
    times: tuple[int, int, int], desk: tuple[int, int, int], sent: int, pleased: int
) -> None:
    """Bands by the resolver's days, shares by the receiver's answers, 10 where nobody wrote."""
    pleased = min(sent, pleased)
    petitions = {"own_petitions": sent, "own_petitions_satisfied": pleased}
    rated = rate_unit(BOOK, _unit(times, desk, **petitions))
    kept = Fraction(times[0] + times[1], sum(times)) if sum(times) else None
    promise = None if kept is None else next((p for s, p in BANDS if kept >= s), Decimal(0))
    kind = Fraction(15 * (desk[0] + desk[1]), sum(desk)) if sum(desk) else None
    expected = {
        "promise": promise,
        "desk": None if kind is None else _rounded(kind),
        "voices": _rounded(Fraction(10 * pleased, sent)) if sent else Decimal(10),
    }
    assert {name: score.points for name, score in rated.scores.items()} == expected
    known = [points for points in expected.values() if points is not None]
    if len(known) > 1 and sum(times) + sum(desk):
        assert (rated.state, rated.grade) == (State.SCORED, None)
        assert rated.total == sum(known)


def test_imported_counts_come_before_our_own() -> None:
    """The figures of an aggregate table are facts like any other."""
    facts = {"reported_resolved": Decimal(100), "reported_on_time": Decimal(81)}
    rated = rate_unit(BOOK, _unit((10, 0, 0), (1, 0, 0), facts=facts))
    assert rated.scores["promise"].points == Decimal("17.5")


def test_which_answers_are_favourable_is_a_policy() -> None:
    """The set follows the choice; so does the national rulebook's."""
    unit = _unit((2, 6, 2), (1, 1, 0))
    narrow = with_choices(BOOK, {"favourable": "narrow"})
    points = {
        book.policies.choice("favourable", ""): rate_unit(book, unit) for book in (BOOK, narrow)
    }
    assert [points[name].scores["desk"].points for name in ("wide", "narrow")] == [
        Decimal("15.0"),
        Decimal("7.5"),
    ]
    national = find_rulebook("nd118-2025")
    strict = with_choices(national, {"favourable": "best_only"})
    shares = [rate_unit(book, unit).scores["c"].percent for book in (national, strict)]
    assert shares == [Decimal("100.00"), Decimal("50.00")]


def test_it_is_rated_as_a_district_too() -> None:
    """Groups, means and blocks of any scale."""
    rating = rate(BOOK, [_unit((9, 1, 0), (3, 1, 0))])
    found = rating.as_json({"id": "2027"})
    assert found["units"][0]["groups"]["people"] == {
        "points": "25.0",
        "reachable": "25",
        "max": "25",
    }
    assert found["units"][0]["total"] == "50.0"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max: 25, criteria: [promise]", "max: 24, criteria: [promise]"),
        ("set.kind", "set.unknown"),
        ("kept: [outcomes.1.early]", "kept: [outcomes.1.never]"),
        ("max_total: 50", "max_total: 51"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(tmp_path: Path, old: str, new: str) -> None:
    """A group above its max, a set nobody defines, an outcome that is none, a wrong sum."""
    file = tmp_path / "wrong.yaml"
    text = FILE.read_text("utf-8").replace("chosen: wide", "chosen: narrow")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(Refusal) as refused:
        load_rulebook(file)
    assert str(file.name) in str(refused.value.params)
