"""Tests of `scoring.explain`."""

from decimal import Decimal

import pytest

from scoring.evidence import UnitEvidence
from scoring.explain import explain_criterion, explain_unit
from scoring.law import Rulebook
from scoring.supported import CRITERIA, FACTS
from scoring.unit_rating import State, rate_unit
from tests.unit.scoring.district import all_points, points, tt01, unit


def because(
    criterion: str, given: UnitEvidence, language: str = "vi", rulebook: Rulebook | None = None
) -> list[str]:
    """The sentence of a criterion and its supporting lines."""
    law = rulebook or tt01()
    score = rate_unit(law, given).scores[criterion]
    made = explain_criterion(law, criterion, score, language)
    return [made.sentence, *made.because]


def test_dossier_criterion() -> None:
    """A mean shows every outcome with its dossiers and points, the sum, the division."""
    counts = {"none": 50, "once": 60, "many_own_fault": 10, "missing": 4}
    assert because("3", unit(outcomes={"3": counts})) == [
        "Chỉ số 3 (Số lần phải liên hệ với nơi tiếp nhận hồ sơ để hoàn thiện hồ sơ): 1,4 điểm. "
        "Căn cứ: TT 01/2018/TT-VPCP Điều 13, chỉ số 3.",
        "không phải liên hệ lại: 50 hồ sơ × 2 điểm",
        "liên hệ lại 1 lần: 60 hồ sơ × 1 điểm",
        "liên hệ lại trên 1 lần do lỗi của người nộp hồ sơ: 10 hồ sơ × 1 điểm",
        "chưa có thông tin: 4 hồ sơ, không tính",
        "cộng 170 điểm / 120 hồ sơ = 1,4 điểm (từ 5 trở lên làm tròn lên)",
        "quy ước “Liên hệ lại trên 1 lần do lỗi của người nộp hồ sơ”: 1 điểm (TT 01/2018/TT-VPCP "
        "Điều 13, chỉ số 3 (loại khỏi mức 0 điểm, không nêu mức thay thế))",
    ]


def test_dossiers_left_out_by_policy() -> None:
    """A dossier without a promised day is shown as left out, with the policy that says so."""
    lines = because("1", unit(outcomes={"1": {"no_due_date": 3}}))
    assert lines[0].startswith("Chỉ số 1 (Tổng thời gian")
    assert "không đủ thông tin, không tính vào tổng điểm" in lines[0]
    assert lines[1] == "không có ngày hẹn trả: 3 hồ sơ, không tính"
    assert lines[2].startswith("quy ước “Hồ sơ không có ngày hẹn trả”: không tính vào chỉ số")
    assert len(lines) == 3


def test_unit_criterion() -> None:
    """A unit criterion shows its case, the facts and the limits they were compared with."""
    facts = {
        "online_procedures_eligible": Decimal(30),
        "online_procedures_deployed": Decimal(5),
        "online_dossiers_unresolved_or_late": Decimal(0),
    }
    assert because("9", unit(facts=facts, received=3, received_online=1))[1:] == [
        "trường hợp: đủ tỷ lệ hồ sơ trực tuyến nhưng chưa đủ tỷ lệ TTHC triển khai",
        "tỷ lệ TTHC đã cung cấp trực tuyến: 16,67%",
        "tỷ lệ hồ sơ trực tuyến: 33,33%",
        "số hồ sơ trực tuyến chưa giải quyết hoặc trễ hạn: 0",
        "mức quy định của tỷ lệ TTHC trực tuyến: 20%",
        "mức tỷ lệ hồ sơ trực tuyến cho điểm cao: 30%",
        "mức tỷ lệ hồ sơ trực tuyến tối thiểu: 15%",
        "quy ước “Đủ tỷ lệ hồ sơ trực tuyến nhưng chưa đủ tỷ lệ TTHC triển khai”: 1 điểm (TT "
        "01/2018/TT-VPCP Điều 13, chỉ số 9 (không có mức điểm cho trường hợp này))",
    ]


def test_missing_facts_are_named() -> None:
    """What is not known is named, never shown as 0."""
    lines = because("8", unit(facts={"complaints_total": Decimal(2)}))
    assert "không đủ thông tin" in lines[0]
    assert lines[1:] == [
        "số phản ánh, kiến nghị: 2",
        "số xử lý đúng hạn: chưa có số liệu",
        "số để kéo dài: chưa có số liệu",
    ]


def test_publicity_in_words() -> None:
    """The word of a fact is shown in words."""
    lines = because("6", unit(facts={"publicity": "both"}), "en")
    assert lines == [
        "Criterion 6 (Publication of the procedures): 2.0 points. "
        "Basis: TT 01/2018/TT-VPCP Điều 13, chỉ số 6.",
        "case: correct both posted and online",
        "check of the publication: correct both posted and online",
    ]


def test_people_come_first() -> None:
    """An appraised score is said to replace the computed one, a self score not to count."""
    given = unit(
        outcomes={"1": {"early": 2}},
        appraised=points(c1="1.3", c2="1"),
        self_scores=points(c1="2"),
    )
    assert because("1", given)[1:3] == [
        "điểm thẩm định 1,3 thay cho điểm tính được 2,0",
        "điểm tự chấm 2, để đối chiếu, không tính",
    ]
    assert because("2", given)[1:] == ["điểm thẩm định 1 thay cho điểm tính được –"]


def test_scored_unit() -> None:
    """A grade is explained by total, reachable points, limit and article; then the criteria."""
    rated = rate_unit(tt01(), unit(appraised=all_points(*["2"] * 7)))
    made = explain_unit(tt01(), rated)
    assert made.sentence == (
        "Đơn vị X01: 14,0 điểm, tối đa có thể đạt 14 (7/9 chỉ số): xếp loại Tốt "
        "(từ 12 điểm, TT 01/2018/TT-VPCP Điều 15 khoản 3 điểm b)."
    )
    assert len(made.because) == 9
    english = explain_unit(tt01(), rated, "en")
    assert english.sentence.startswith("Đơn vị X01: 14.0 points of at most 14 (7 of 9 criteria)")
    assert english.because[0].startswith("Criterion 1 (Total time")
    alone = explain_criterion(tt01(), "1", rated.scores["1"])
    assert alone.sentence == made.because[0]
    assert made.because[0].startswith("Chỉ số 1 (")
    assert "không đủ thông tin" in made.because[8]


def test_scaled_limits_are_said() -> None:
    """Where the limits shrink by policy, the sentence says so."""
    rulebook = tt01(missing_criteria="scale_thresholds")
    made = explain_unit(rulebook, rate_unit(rulebook, unit(appraised=all_points(*["2"] * 7))))
    assert "xếp loại Xuất sắc (từ 15 điểm giảm theo số điểm tối đa" in made.sentence


@pytest.mark.parametrize(
    ("given", "state", "sentence"),
    [
        (unit(received=0, dossiers=0, responses=0), State.NO_DOSSIERS, "không phát sinh hồ sơ"),
        (unit(responses=0), State.NOT_SCORED, "chưa thực hiện chấm điểm"),
        (unit(), State.INSUFFICIENT, "chưa đủ thông tin để xếp loại"),
    ],
)
def test_unit_without_a_grade(given: UnitEvidence, state: State, sentence: str) -> None:
    """A unit without a grade is explained by its state and its counts."""
    rated = rate_unit(tt01(), given)
    assert rated.state is state
    assert explain_unit(tt01(), rated).sentence == (
        f"Đơn vị X01: {sentence}; đã nhận {given.received} hồ sơ, trả {given.dossiers} hồ sơ, "
        f"{given.responses} phiếu trả lời."
    )


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("criterion", ["1", "2", "3", "4", "7"])
def test_every_outcome_has_words(criterion: str, language: str) -> None:
    """Whatever a dossier's evidence is, there are words for it."""
    counts = dict.fromkeys(CRITERIA[criterion].outcomes, 1)
    lines = because(criterion, unit(outcomes={criterion: counts}), language)
    assert len(lines) >= 2 + len(counts)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("criterion", ["5", "6", "8", "9"])
@pytest.mark.parametrize("known", [True, False])
def test_every_fact_has_words(criterion: str, language: str, known: bool) -> None:
    """Whatever is known of a unit, there are words for it."""
    facts = {name: Decimal(1) for name in FACTS if name != "publicity"} if known else {}
    given = unit(facts={**facts, "publicity": "one"} if known else {})
    assert len(because(criterion, given, language)) >= 2
