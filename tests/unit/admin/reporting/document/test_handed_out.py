"""Answers on paper come back without anybody having said how many forms were handed out."""

from dataclasses import replace

import pytest

from admin.figures.model import SurveyFigures
from admin.reporting.document.survey_fields import survey_fields
from admin.reporting.document.words import Words

WORDS = Words()
SURVEY = SurveyFigures(
    returned=100,
    issued=0,
    delivered=0,
    answered=0,
    valid=0,
    simulated=0,
    quota_percent=10,
    quota=10,
    questions=(),
)


@pytest.mark.parametrize(
    ("issued", "answered", "said"),
    [
        (0, 0, "chưa phát phiếu lấy ý kiến nào, không thu được phiếu nào"),
        (0, 77, "không có số liệu về số phiếu đã phát, thu về 77 phiếu"),
        (80, 77, "đã phát 80 phiếu lấy ý kiến, thu về 77 phiếu"),
    ],
)
def test_what_came_back_was_handed_out(issued: int, answered: int, said: str) -> None:
    """The sentence never says that none was handed out and some came back."""
    survey = replace(SURVEY, issued=issued, answered=answered, valid=answered)
    assert said in survey_fields(WORDS, survey)["cau"]
