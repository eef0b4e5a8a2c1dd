"""`motcua forms`: lists the questionnaires and validates one."""

from pathlib import Path

import click

from admin.kit.output import Format
from admin.kit.runtime import FILE, Runtime, format_option, group
from admin.kit.tables import Row
from scoring.rulebook import shipped_rulebooks
from surveys.form import (
    Form,
    in_language,
    key_of,
    load_form,
    missing_translations,
    same_version_changed,
    shipped_forms,
)

COLUMNS = "id version questions title"
MORE_COLUMNS = f"{COLUMNS} short languages valid_from valid_to checksum"

command = group("forms")


@command.command("list")
@format_option
def list_forms(runtime: Runtime, shown_as: Format) -> None:
    """The questionnaires that come with the product, every version."""
    rows = [_row(form, runtime.texts.language) for form in shipped_forms()]
    keys = COLUMNS if shown_as is Format.TABLE else MORE_COLUMNS
    runtime.show(rows, runtime.columns("forms.columns", keys), shown_as)


@command.command("check")
@click.argument("file", type=FILE)
@format_option
def check_form(runtime: Runtime, file: Path, shown_as: Format) -> None:
    """Validate a form; list its missing translations."""
    form = load_form(file, known_criteria())
    rows = [{"key": key_of(place), "language": lang} for place, lang in missing_translations(form)]
    if rows or shown_as is not Format.TABLE:
        columns = runtime.columns("forms.columns", "key language")
        runtime.show(rows, columns, shown_as, runtime.text("forms.missing"))
    if same_version_changed({(one.id, one.version): one.checksum for one in shipped_forms()}, form):
        runtime.say("forms.differs", form=form.id, version=form.version)
    runtime.say("forms.usable", form=form.id, version=form.version, questions=len(form.questions))


def known_criteria() -> frozenset[str]:
    """The criteria of all rulebooks that come with the product."""
    return frozenset(criterion for book in shipped_rulebooks() for criterion in book.criteria)


def _row(form: Form, language: str) -> Row:
    return {
        "id": form.id,
        "version": form.version,
        "title": in_language(form.title, language),
        "languages": ", ".join(form.languages),
        "questions": len(form.questions),
        "short": sum(question.short for question in form.questions if question.when is None),
        "valid_from": form.valid_from,
        "valid_to": form.valid_to,
        "checksum": form.checksum,
    }
