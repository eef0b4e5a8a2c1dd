"""All fields of a report: what a template may use, as texts, lists and pictures.

The names are Vietnamese without accents, since officers write them into templates; `fields.yaml`
says what each of them is.
"""

from datetime import date, timedelta
from typing import Any

from admin.figures.model import ReportFigures
from admin.reporting.document.compared_fields import ComparedFields
from admin.reporting.document.findings import Findings
from admin.reporting.document.legal_basis import legal_basis
from admin.reporting.document.office import Office
from admin.reporting.document.onestop_fields import OnestopFields, fact_sentences
from admin.reporting.document.period_words import period_words
from admin.reporting.document.rating_fields import RatingFields, capital
from admin.reporting.document.survey_fields import officials_sentence, survey_fields
from admin.reporting.document.words import Words

Fields = dict[str, Any]


def fields_of(figures: ReportFigures, office: Office) -> Fields:
    """Every field but the pictures."""
    words = office.words()
    rated = RatingFields(words=words, rating=figures.rating, area=office.area)
    compared = ComparedFields(words=words, figures=figures, rated=rated)
    findings = Findings(words=words, figures=figures, rated=rated)
    return {
        **office.fields(words),
        "ky": _period(words, figures),
        "can_cu": legal_basis(figures),
        "diem": rated.whole(),
        "chi_so": rated.criteria(),
        "khoi": rated.blocks(),
        "lay_y_kien": survey_fields(words, figures.survey),
        "can_bo": {"cau": officials_sentence(words, figures.rating.officials)},
        "mot_cua": OnestopFields(words=words, figures=figures).whole(),
        "so_sanh": compared.past(),
        "chuoi_nam": compared.series(),
        "du_kien": list(fact_sentences(words, figures.facts)),
        "uu_diem": findings.merits(),
        "han_che": findings.limits(),
        "nhiem_vu": findings.tasks(),
        "luu_y": _notes(words, figures),
    }


def _period(words: Words, figures: ReportFigures) -> Fields:
    span = figures.span
    named = period_words(words, span.period)
    return {
        "ma": span.id,
        "ten": named,
        "ten_hoa_dau": capital(named),
        "tu_ngay": words.shown(span.start),
        "den_ngay": words.shown(span.end),
        "nam": str(span.end.year),
        "nam_sau": str(span.end.year + 1),
        "nam_ban_hanh": str(_issued(span.end).year),
    }


def _issued(last: date) -> date:
    """The first day on which the report can be signed."""
    return last + timedelta(days=1)


def _notes(words: Words, figures: ReportFigures) -> list[str]:
    """What a reader must know of the figures: provisional, simulated, of no dossier at all."""
    empty = "empty_period.told" if figures.rating.is_empty else "empty_period.none"
    notes = [words.say(empty), words.say("simulated", figures.simulated)]
    if figures.provisional:
        last = figures.span.end
        notes.insert(0, words.say("provisional", day=figures.as_of, last=last))
    return [one for one in notes if one]
