"""`motcua rulebooks explain`: everything a rulebook decides, in words and as data."""

import csv
import json

import pytest

from admin.kit import cli
from scoring.officials import officials_of
from scoring.rulebook import find_rulebook
from scoring.texts import written

RULEBOOK = find_rulebook("tt01-2018")
CASES = sum(len(criterion.outcomes) for criterion in RULEBOOK.criteria.values())


def _printed(capsys: pytest.CaptureFixture[str], *line: str) -> str:
    capsys.readouterr()
    assert cli.run([*line]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("language", ["vi", "en"])
def test_everything_it_decides_is_said(capsys: pytest.CaptureFixture[str], language: str) -> None:
    """Each case, grade and policy in words; its days, the act it rests on."""
    out = _printed(capsys, "--lang", language, "rulebooks", "explain", "tt01-2018")
    texts = [outcome.text for c in RULEBOOK.criteria.values() for outcome in c.outcomes.values()]
    texts += [band.name for band in (*RULEBOOK.grade_bands, *officials_of(RULEBOOK).bands)]
    texts += [policy.choices[policy.chosen].text for _, policy in RULEBOOK.policies.named()]
    flat = " ".join(out.split())
    assert [text.vi for text in texts if written(text, language) not in flat] == []
    assert all(said in flat for said in ("06/01/2019", "30/06/2025", "Nghị định 61/2018/NĐ-CP"))
    assert "own_fault_points=1" in flat


def test_the_points_are_those_that_count(capsys: pytest.CaptureFixture[str]) -> None:
    """A policy's points take the place of an open case; JSON and CSV have the same cases."""
    line = ("rulebooks", "explain", "dam-rong-2020", "--format")
    found = json.loads(_printed(capsys, *line, "json"))
    points = {(case["criterion"], case["outcome"]): case["points"] for case in found["cases"]}
    assert len(points) == CASES
    assert points["7", "late"] == "2"  # Đam Rông ignores the time
    assert points["1", "no_due_date"] is None
    assert found["facts_of_parts"]["complaints_total"] == "sum"
    rows = list(csv.DictReader(_printed(capsys, *line, "csv").splitlines()))
    assert {(row["criterion"], row["outcome"]): row["points"] or None for row in rows} == points
