"""Questionnaires: the model, the files, the checks. Other modules import forms from here."""

from surveys.form_file import (
    check,
    current,
    key_of,
    load_folder,
    load_form,
    same_version_changed,
    shipped_forms,
    version_for,
)
from surveys.form_model import (
    BASE_LANGUAGE,
    ComplaintRule,
    Condition,
    Form,
    Kind,
    Option,
    Question,
    in_language,
    missing_translations,
)


def checksum(form: Form) -> str:
    """SHA-256 (hex) of the form's content; it never changes for a published version."""
    return form.checksum


__all__ = [
    "BASE_LANGUAGE",
    "ComplaintRule",
    "Condition",
    "Form",
    "Kind",
    "Option",
    "Question",
    "check",
    "checksum",
    "current",
    "in_language",
    "key_of",
    "load_folder",
    "load_form",
    "missing_translations",
    "same_version_changed",
    "shipped_forms",
    "version_for",
]
