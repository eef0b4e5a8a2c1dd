"""The rating against an independent slow computation, over random districts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.evidence import UnitEvidence
from scoring.rating import rate
from tests import rating_oracle as oracle
from tests.unit.scoring.district import tt01

COUNTS = st.integers(0, 12)
HUNDREDTHS = st.integers(0, 200).map(lambda n: str(Decimal(n) / 100))
SHARES = st.sampled_from(["0", "0.14", "0.15", "0.2", "0.29", "0.3", "0.5", "0.99", "1"])

OUTCOMES = {
    "1": ["missing", "early", "same_day", "late", "no_due_date"],
    "2": ["missing", "early", "same_day", "late", "no_due_date"],
    "3": ["missing", "none", "once", "many", "many_own_fault"],
    "4": ["missing", "none", "one_stop", "many", "many_field_check"],
    "7": ["missing", "complaint", "early", "same_day", "late", "no_due_date"],
}


def some(values: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """A dict with any of the keys."""
    return st.fixed_dictionaries({}, optional=dict(values))


def complaint_facts() -> st.SearchStrategy[dict[str, str]]:
    """Facts on complaints, on time never above the total."""
    small = st.integers(0, 20)
    pairs = st.tuples(small, small).map(sorted)
    names = ("complaints_on_time", "complaints_total")
    return pairs.map(lambda pair: {n: str(v) for n, v in zip(names, pair, strict=True)})


FACTS = st.tuples(
    some({"onspot_share": SHARES, "onestop_share": SHARES}),
    some({"publicity": st.sampled_from(["both", "one", "poor"])}),
    st.one_of(st.just({}), complaint_facts()),
    some({"complaints_prolonged": st.sampled_from(["0", "0", "1"])}),
    some(
        {
            "online_procedures_eligible": st.sampled_from(["0", "10", "15"]),
            "online_procedures_deployed": st.sampled_from(["0", "1", "2", "3", "10"]),
            "online_dossiers_unresolved_or_late": st.sampled_from(["0", "0", "1"]),
            "online_dossiers": st.sampled_from(["0", "3", "6", "15"]),
            "dossiers_total": st.sampled_from(["0", "20", "40"]),
        }
    ),
).map(lambda parts: {name: value for part in parts for name, value in part.items()})

UNITS = st.fixed_dictionaries(
    {
        "level": st.sampled_from(["tinh", "huyen", "xa"]),
        "block": st.sampled_from([None, "phong", "xa"]),
        "received": COUNTS,
        "received_online": st.integers(0, 5),
        "dossiers": COUNTS,
        "responses": st.integers(0, 2),
        "outcomes": some({c: some(dict.fromkeys(o, COUNTS)) for c, o in OUTCOMES.items()}),
        "facts": FACTS,
        "appraised": some(dict.fromkeys("123456789", HUNDREDTHS)),
        "self": some({"1": HUNDREDTHS}),
    }
)


def evidence(plain: dict[str, Any]) -> UnitEvidence:
    """The same unit for the program."""
    fields = {name: value for name, value in plain.items() if name != "self"}
    numbers = {
        "facts": {
            name: value if name == "publicity" else Decimal(value)
            for name, value in plain["facts"].items()
        },
        "appraised": {number: Decimal(value) for number, value in plain["appraised"].items()},
        "self_scores": {number: Decimal(value) for number, value in plain["self"].items()},
    }
    return UnitEvidence(**{**fields, **numbers})


def named(units: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Codes that do not come in their own order."""
    return [
        {**unit, "code": f"U{(7 * index) % 20:02d}", "name": f"Đơn vị {index}"}
        for index, unit in enumerate(units)
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(UNITS, max_size=12).map(named))
def test_rating_agrees_with_the_oracle(units: list[dict[str, Any]]) -> None:
    """Every number of a rating is what the slow computation in fractions gives."""
    result = rate(tt01(), [evidence(unit) for unit in units]).as_json({"id": "2020"})
    expected = oracle.rate(units)
    assert result["units"] == expected["units"]
    assert result["blocks"] == expected["blocks"]
    assert result["overall"] == expected["overall"]
    codes = [warning["code"] for warning in result["warnings"]]
    assert ("means_differ" in codes) == oracle.means_differ(expected["overall"])
