"""The contents of each template: our headings, an example row, the allowed words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from admin.importing import answers, dossier_columns, facts, scores, steps, units
from admin.importing.fact_words import TITLES
from admin.sheets import ColumnSpec
from surveys.dossier import FILING_NAMES, STATUS_NAMES, Filing, Status
from surveys.form import shipped_forms
from surveys.form_model import Form, Kind

DOSSIER, UNIT, PERIOD = "000.17.22.H56-210503-0001", "XA01", "Quý II/2021"
PAPER_FORM = "phieu4"
Value = str | int | float | date


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateColumn:
    """One column: its heading, its example, its choices, and the key of its note in the texts."""

    title: str
    example: Value = ""
    choices: tuple[str, ...] = ()
    note: str = ""
    required: bool = False


def _columns(
    specs: Sequence[ColumnSpec],
    examples: Mapping[str, Value],
    choices: Mapping[str, tuple[str, ...]] | None = None,
) -> list[TemplateColumn]:
    return [
        TemplateColumn(
            title=spec.titles[0],
            example=examples.get(spec.name, ""),
            choices=(choices or {}).get(spec.name, ()),
            note=spec.name,
            required=spec.required,
        )
        for spec in specs
    ]


def _units() -> list[TemplateColumn]:
    examples = {"code": UNIT, "name": "Xã An Hòa", "level": "Xã", "block": "xa"}
    return _columns(
        units.COLUMNS,
        examples,
        {"level": ("Tỉnh", "Sở", "Trung tâm", "Xã", "Phường", "Đặc khu", "Huyện")},
    )


def _dossiers() -> list[TemplateColumn]:
    filings = tuple(FILING_NAMES[one][1] for one in Filing)
    statuses = tuple(names[0] for names in STATUS_NAMES.values())
    examples: dict[str, Value] = {
        "code": DOSSIER,
        "unit": UNIT,
        "procedure": "Chứng thực bản sao từ bản chính",
        "channel": filings[0],
        "received_at": date(2021, 5, 3),
        "due_at": date(2021, 5, 10),
        "finished_at": date(2021, 5, 7),
        "returned_at": date(2021, 5, 10),
        "status": STATUS_NAMES[Status.RETURNED][0],
        "applicant": "Nguyễn Văn An",
        "phone": "0912345678",
    }
    choices = {"channel": filings, "status": statuses}
    return _columns(dossier_columns.COLUMNS, examples, choices)


def _steps() -> list[TemplateColumn]:
    examples: dict[str, Value] = {
        "dossier": DOSSIER,
        "agency": "Phòng Tư pháp",
        "due_at": date(2021, 5, 7),
        "finished_at": date(2021, 5, 6),
    }
    return _columns(steps.COLUMNS, examples)


def _answers() -> list[TemplateColumn]:
    form = next(form for form in shipped_forms() if form.id == PAPER_FORM)
    examples: dict[str, Value] = {
        "dossier": DOSSIER,
        "form": "Mẫu phiếu 4",
        "answered_at": date(2021, 5, 12),
        "channel": "Giấy",
    }
    return [*_columns(answers.COLUMNS, examples), *_questions(form)]


def _questions(form: Form) -> list[TemplateColumn]:
    """One column per question, with its options; the example answers those of the short path."""
    found = []
    for question in form.questions:
        said = tuple(option.text["vi"] for option in question.options)
        example = said[0] if said and question.short and not question.complaint else ""
        text = question.kind is Kind.TEXT
        note = "text" if text else "question"
        title = question.text["vi"]
        found.append(TemplateColumn(title=title, example=example, choices=said, note=note))
    return found


def _facts() -> list[TemplateColumn]:
    names = tuple(titles[0] for titles in TITLES.values())
    examples: dict[str, Value] = {
        "unit": UNIT,
        "period": PERIOD,
        "fact": names[0],
        "value": "85%",
    }
    return _columns(facts.COLUMNS, examples, {"fact": names})


def _scores() -> list[TemplateColumn]:
    stages = tuple(names[1] for names in scores.STAGES.values())
    examples: dict[str, Value] = {
        "unit": UNIT,
        "period": PERIOD,
        "stage": stages[0],
        "criterion": "CS 5",
        "points": 1.5,
    }
    return _columns(scores.COLUMNS, examples, {"stage": stages})


TEMPLATES: Mapping[str, Callable[[], list[TemplateColumn]]] = {
    "units": _units,
    "dossiers": _dossiers,
    "steps": _steps,
    "answers": _answers,
    "facts": _facts,
    "scores": _scores,
}
"""Kind of file → the columns of its template."""
