"""Tests of `scoring.rating`."""

from scoring.rating import rate
from scoring.texts import words
from tests.unit.scoring.district import all_points, tt01, unit

PERIOD = {"id": "2021-Q2", "from": "2021-03-15", "to": "2021-06-14"}


def test_shape_of_the_json() -> None:
    """The keys of a rating and of its parts are in the order of the contract."""
    units = [
        unit("B", block="xa", appraised=all_points(*["2"] * 9)),
        unit("A", block="phong"),
    ]
    result = rate(tt01(), units).as_json(PERIOD)
    assert list(result) == ["period", "rulebook", "units", "blocks", "overall", "warnings"]
    assert result["period"] == PERIOD
    assert result["rulebook"] == "tt01-2018"
    assert [one["code"] for one in result["units"]] == ["A", "B"]
    assert [one["block"] for one in result["blocks"]] == ["phong", "xa"]
    assert list(result["units"][0]["criteria"]) == list("123456789")
    assert list(result["blocks"][1]["grades"]) == ["xuat_sac", "tot", "kha", "trung_binh", "yeu"]
    assert list(result["overall"]["criteria"]) == list("123456789")
    assert [one["code"] for one in result["warnings"]] == ["units_insufficient"]


def test_warnings_speak_the_language_asked_for() -> None:
    """The sentences of a rating are Vietnamese unless English is asked for."""
    rating = rate(tt01(), [unit("A")])
    assert rating.as_json(PERIOD)["warnings"][0]["message"].startswith("1 đơn vị")
    assert rating.as_json(PERIOD, "en")["warnings"][0]["message"].startswith("1 units")


def test_levels_are_grouped_too() -> None:
    """Units are counted by level of government as well as by block."""
    rating = rate(tt01(), [unit("A", level="huyen"), unit("B"), unit("C")])
    assert {level: group.units for level, group in rating.levels.items()} == {"huyen": 1, "xa": 2}


def test_nothing_to_rate() -> None:
    """A period without units gives an empty rating, not an error."""
    result = rate(tt01(), []).as_json(PERIOD)
    assert (result["units"], result["blocks"], result["warnings"]) == ([], [], [])
    assert result["overall"]["unit_mean"] is None


def test_no_warning_names_an_option() -> None:
    """Warnings are printed in the annexes of a report, where nobody types a command."""
    said = [text for one in words()["warnings"].values() for text in one.values()]
    assert said
    assert not [text for text in said if "--" in text]
