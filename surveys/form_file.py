"""Forms on disk: reads a YAML file into a form, or reports where and how it is wrong."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from surveys import yaml_lines
from surveys.errors import Refusal
from surveys.form_model import Form
from surveys.form_rules import Fault, Place, faults

SHIPPED = Path(__file__).parent / "forms"


def load_form(path: Path, known_criteria: Collection[str] | None = None) -> Form:
    """Read and check one form.

    Raises Refusal `forms.*` with `file`, `line` and `key` for the first thing that is wrong.
    """
    document = yaml_lines.read(Path(path), "forms")
    try:
        form = Form.model_validate(document.values)
    except ValidationError as error:
        raise _refusal(_fault(error), document) from error
    for fault in faults(form, known_criteria):
        raise _refusal(fault, document)
    return form


def check(form: Form, known_criteria: Collection[str] | None = None) -> None:
    """Check a form that is not in a file; raises Refusal as load_form does, without a line."""
    for fault in faults(form, known_criteria):
        raise Refusal(
            f"forms.{fault.code}", file=form.id, line=0, key=key_of(fault.place), **fault.params
        )


def load_folder(folder: Path) -> tuple[Form, ...]:
    """Every form of a folder by id and version; raises Refusal `forms.twice` on a doubled one."""
    found: dict[tuple[str, str], Form] = {}
    for path in sorted(folder.glob("*.yaml")):
        form = load_form(path)
        if (form.id, form.version) in found:
            raise Refusal("forms.twice", file=str(path), form=form.id, version=form.version)
        found[form.id, form.version] = form
    return tuple(found[key] for key in sorted(found))


@cache
def shipped_forms() -> tuple[Form, ...]:
    """The forms that come with the product, all versions; read once per process."""
    return load_folder(SHIPPED)


def current(forms: Iterable[Form], form_id: str, day: date) -> Form:
    """The form for new interviews on this day: the valid version that came into force last.

    Raises Refusal `forms.unknown` when none is valid then.
    """
    all_forms = tuple(forms)
    named = [form for form in all_forms if form.id == form_id and form.valid_on(day)]
    if not named:
        known = ", ".join(sorted({form.id for form in all_forms}))
        raise Refusal("forms.unknown", form=form_id, day=f"{day:%d/%m/%Y}", known=known)
    return max(named, key=lambda form: form.valid_from)


def version_for(forms: Iterable[Form], form_id: str, day: date) -> Form:
    """The version that a dossier of this day is asked about; before the first one, the first.

    Raises Refusal `forms.unknown` when there is no such form.
    """
    all_forms = tuple(forms)
    named = [form for form in all_forms if form.id == form_id]
    if any(form.valid_on(day) for form in named) or not named:
        return current(all_forms, form_id, day)
    return min(named, key=lambda form: form.valid_from)


def same_version_changed(registered: Mapping[tuple[str, str], str], form: Form) -> bool:
    """Whether the content of a published version differs from `registered`.

    `registered` holds the checksum of every published (id, version).
    """
    known = registered.get((form.id, form.version))
    return known is not None and known != form.checksum


_CODES = {
    "missing": "missing_key",
    "extra_forbidden": "unknown_key",
    "enum": "bad_kind",
    "bool_parsing": "bad_flag",
    "string_pattern_mismatch": "bad_id",
    "dict_type": "not_by_language",
    "tuple_type": "not_a_list",
    "model_type": "not_a_mapping",
    "string_type": "empty",
    "string_too_short": "empty",
    "too_short": "empty",
    "string_too_long": "too_long",
}


def _fault(error: ValidationError) -> Fault:
    first = error.errors(include_url=False)[0]
    place: Place = tuple(part for part in first["loc"] if part != "[key]")
    value = "" if first["input"] is None else _short(first["input"])
    code = _CODES.get(first["type"], "bad_value")
    if first["type"].startswith("date"):
        code = "bad_date"
    elif code == "bad_id" and (len(place) < len(first["loc"]) or "languages" in place):
        code = "bad_language"
    return Fault(code, place, {"value": value})


def _short(value: object) -> str:
    return text if len(text := str(value)) <= 60 else f"{text[:57]}..."


def _refusal(fault: Fault, document: yaml_lines.Document) -> Refusal:
    key = key_of(fault.place) or Path(document.file).name
    where = {"file": document.file, "line": document.line(fault.place), "key": key}
    return Refusal(f"forms.{fault.code}", **where, **fault.params)


def key_of(place: Place) -> str:
    """The path of a place in a form, for messages: `questions[2].options[1].id`, counted from 1."""
    shown = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(shown).lstrip(".")
