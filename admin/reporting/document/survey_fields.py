"""The fields of a report about the survey and the officials."""

from typing import Any

from admin.figures.model import OfficialFigures, QuestionFigures, SurveyFigures
from admin.figures.survey import SATISFACTION
from admin.reporting.document.words import Words

Fields = dict[str, Any]


def survey_fields(words: Words, survey: SurveyFigures) -> Fields:
    """`lay_y_kien`: forms issued, returned, valid; satisfaction; every question."""
    asked = survey.question(SATISFACTION)
    return {
        "ho_so": words.plain(survey.returned),
        "phat": words.plain(survey.issued),
        "den_noi": words.plain(survey.delivered),
        "thu_ve": words.plain(survey.answered),
        "hop_le": words.plain(survey.valid),
        "ty_le": words.share(survey.valid, survey.returned),
        "chi_tieu": words.plain(survey.quota),
        "cau": _reach(words, survey),
        "cau_chi_tieu": _quota(words, survey),
        "cau_hai_long": _satisfaction(words, survey, asked),
        "cau_hoi": [_question(words, one) for one in survey.questions],
    }


def officials_sentence(words: Words, found: OfficialFigures | None) -> str:
    """How many officials completed how much of their tasks; nothing where nobody is named."""
    if found is None:
        return ""
    rated = sum(found.counts.values())
    without = words.say("officials.without", found.without)
    if not rated:
        return f"{words.say('officials.unknown')} {without}".strip() if found.without else ""
    bands = [
        words.say("officials.band", count=found.counts[band.id], band=band.name.lower())
        for band in found.bands
        if found.counts[band.id]
    ]
    key = "one" if rated == 1 else "many"
    joined = words.say("comma").join(bands)
    return f"{words.say(f'officials.{key}', rated, bands=joined)} {without}".strip()


def _reach(words: Words, survey: SurveyFigures) -> str:
    share = words.share(survey.valid, survey.returned)
    return words.say(
        "survey.reach",
        survey.returned,
        issued=_issued(words, survey),
        answered=words.say("survey.answered", survey.answered),
        valid=words.say("survey.valid", survey.valid, share=share),
    )


def _issued(words: Words, survey: SurveyFigures) -> str:
    """Forms that came back were handed out, even where nobody has said how many."""
    if survey.answered and not survey.issued:
        return words.say("survey.issued_unknown")
    return words.say("survey.issued", survey.issued)


def _quota(words: Words, survey: SurveyFigures) -> str:
    if not survey.returned:
        return ""
    missing = survey.quota - survey.valid
    key = "survey.quota_missed" if missing > 0 else "survey.quota_met"
    percent = survey.quota_percent
    return words.say(key, quota=survey.quota, percent=str(percent), missing=missing)


def _satisfaction(words: Words, survey: SurveyFigures, asked: QuestionFigures | None) -> str:
    if asked is None or not asked.answered:
        return words.say("survey.satisfied", 0)
    split = [
        words.say(
            "survey.option",
            count=one.count,
            text=one.text.lower(),
            share=words.share(one.count, asked.answered),
        )
        for one in asked.options
        if one.count
    ]
    joined = words.say("comma").join(split)
    said = words.say("survey.satisfied", asked.answered, split=joined)
    return said if survey.dissatisfied(asked) else f"{said} {words.say('survey.all_satisfied')}"


def _question(words: Words, question: QuestionFigures) -> Fields:
    return {
        "noi_dung": question.text,
        "tong": words.plain(question.answered),
        "tra_loi": [
            {
                "noi_dung": option.text,
                "so": words.plain(option.count),
                "ty_le": words.share(option.count, question.answered),
            }
            for option in question.options
        ],
    }
