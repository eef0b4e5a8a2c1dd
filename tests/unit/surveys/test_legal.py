"""The acts that surveys and reports rest on, by the day."""

from datetime import date, timedelta

from surveys.legal import find_survey_basis, list_report_basis

CHANGE = date(2025, 7, 1)


def test_one_act_ends_where_the_next_begins() -> None:
    """NĐ 61/2018/NĐ-CP until 30/6/2025, NĐ 118/2025/NĐ-CP from the day after: for what citizens are
    told and for reports alike; circulars by their own days, nothing before the first act."""
    before = CHANGE - timedelta(days=1)
    for day, act, other in ((before, "61/2018", "118/2025"), (CHANGE, "118/2025", "61/2018")):
        for language in ("vi", "en"):
            assert act in find_survey_basis(day, language)
        told = " ".join(list_report_basis(day))
        assert act in told
        assert other not in told
    assert "TT-VPCP" not in " ".join(list_report_basis(CHANGE))
    assert "03/2025/TT-VPCP" in " ".join(list_report_basis(date(2025, 9, 15)))
    assert find_survey_basis(date(2018, 6, 20), "vi") == ""
    assert list_report_basis(date(2018, 6, 20)) == []
