"""The columns of an answers file: what they may say, and what is refused."""

from datetime import date

import pytest

from admin.importing.form_columns import FormColumns
from surveys.errors import Refusal
from surveys.form import Form, shipped_forms

FORMS = shipped_forms()
COLUMNS = FormColumns(forms=FORMS)
PHIEU5 = next(form for form in FORMS if form.id == "phieu5")
DAY = date(2021, 5, 1)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("none", "none"), (" NONE", "none"), ("Không lần nào", "none"), ("một lần", "once")],
)
def test_a_cell_may_hold_the_id_or_the_words(cell: str, expected: str) -> None:
    """Accents and case do not matter."""
    assert COLUMNS.answers(PHIEU5, {"contacts": cell}) == ({"contacts": expected}, {})


def test_headers_are_ids_or_the_questions_themselves() -> None:
    """Written otherwise they still are the question; other columns are left alone."""
    question = PHIEU5.question("conduct")
    assert question is not None
    cells = {"On Time": "early", question.text["vi"]: True, "dossier": "D1", "contacts": None}
    assert COLUMNS.answers(PHIEU5, cells) == ({"on_time": "early", "conduct": "yes"}, {})


def test_free_text_is_kept_as_text() -> None:
    """In NFC, trimmed, and not endless."""
    decomposed = "Ca\u0309m  ơn"
    _, texts = COLUMNS.answers(PHIEU5, {"comment": decomposed})
    assert texts == {"comment": "Cảm ơn"}
    _, long = COLUMNS.answers(PHIEU5, {"comment": "a" * 9_000})
    assert len(long["comment"]) == 4_000


@pytest.mark.parametrize(
    ("cells", "code"),
    [({"contacts": "often"}, "unknown_option"), ({"stars": "5"}, "not_asked")],
)
def test_what_the_form_has_not_is_refused(cells: dict[str, object], code: str) -> None:
    """An option or a question of no such form is named."""
    with pytest.raises(Refusal, match=rf"answers\.{code}"):
        COLUMNS.answers(PHIEU5, cells)


def test_an_unknown_header_is_refused() -> None:
    """A column that no form asks for is not silently lost."""
    COLUMNS.check(["satisfaction", "Stars"])
    with pytest.raises(Refusal, match=r"answers\.unknown_column"):
        COLUMNS.check(["satisfaction", "Ghi chú"])


def test_a_form_in_the_version_of_its_day() -> None:
    """The newest version in force that day; before any of them, the first."""
    later = _version("2", date(2021, 1, 1))
    columns = FormColumns(forms=(PHIEU5, later))
    assert columns.form("PHIEU5", DAY) is later
    assert columns.form("phieu5", date(2020, 1, 1)) is PHIEU5
    assert columns.form("phieu5", date(1999, 1, 1)) is PHIEU5
    for unknown in ("", "phieu9"):
        with pytest.raises(Refusal, match=r"answers\.unknown_form"):
            columns.form(unknown, DAY)


def _version(version: str, valid_from: date) -> Form:
    return PHIEU5.model_copy(update={"version": version, "valid_from": valid_from})
