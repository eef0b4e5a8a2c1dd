"""`motcua rate` against an independent computation from the same files."""

import re
from pathlib import Path

import pytest

from tests import rating_oracle
from tests.acceptance.support.district import PERIODS, drawn
from tests.acceptance.support.files import STYLES
from tests.acceptance.support.office import Office, opened, rows_of
from tests.acceptance.support.reckoning import Reckoner


def assert_rated(office: Office, period: str) -> None:
    """The command's rating is the reckoned one, number by number."""
    told = office.motcua.json("rate", period)
    expected = Reckoner(district=office.district, period=period).rating()
    warned = {warning["code"]: warning["message"] for warning in told.pop("warnings")}
    for ours, theirs in zip(expected["units"], told["units"], strict=True):
        assert theirs == ours
    assert {key: told[key] for key in expected} == expected
    assert ("means_differ" in warned) == rating_oracle.means_differ(expected["overall"])
    assert all(warned.values())


def test_districts_have_what_they_should(office: Office) -> None:
    """Every row of every file was taken, and the district has all four states of a unit."""
    rows = rows_of(office.district)
    assert {kind: report["accepted"] for kind, report in office.reports.items()} == rows
    assert {kind: report["new"] for kind, report in office.reports.items()} == rows
    assert not any(report["rejected"] for report in office.reports.values())
    units = Reckoner(district=office.district, period="2021-Q2").rating()["units"]
    assert {unit["state"] for unit in units} == {
        "scored",
        "no_dossiers",
        "not_scored",
        "insufficient",
    }


@pytest.mark.parametrize("period", PERIODS)
def test_rating(office: Office, period: str) -> None:
    """A quarter, a year and a free range, for districts written in three ways."""
    assert_rated(office, period)


def test_another_rulebook(one_office: Office) -> None:
    """Đam Rông's rules of 2020 rate the same district, to two digits as they were printed."""
    told = one_office.motcua.json("rate", "2021-Q2", "--rulebook", "dam-rong-2020")
    assert told["rulebook"] == "dam-rong-2020"
    expected = Reckoner(district=one_office.district, period="2021-Q2").rating()["units"]
    counted = ("code", "received", "dossiers", "responses")
    for ours, theirs in zip(expected, told["units"], strict=True):
        assert [theirs[name] for name in counted] == [ours[name] for name in counted]
    points = [u["criteria"]["1"]["points"] for u in told["units"] if u["criteria"]["1"]]
    assert points
    assert all(re.fullmatch(r"\d\.\d\d", shown) for shown in points)


@pytest.mark.postgres
def test_rating_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    """The same on PostgreSQL."""
    assert_rated(opened(drawn(11), STYLES[3], tmp_path, postgres_url), "2021-Q2")
