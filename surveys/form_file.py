"""Forms on disk: reading a YAML file into a form, or saying where and how it is wrong."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
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
        raise Refusal(f"forms.{fault.code}", file=form.id, line=0, key=_key(fault), **fault.params)


def load_folder(folder: Path) -> tuple[Form, ...]:
    """Every form of a folder by id and version; raises Refusal `forms.twice` on a doubled one."""
    found: dict[tuple[str, str], Form] = {}
    for path in sorted(folder.glob("*.yaml")):
        form = load_form(path)
        if (form.id, form.version) in found:
            raise Refusal("forms.twice", file=str(path), form=form.id, version=form.version)
        found[form.id, form.version] = form
    return tuple(found[key] for key in sorted(found))


def shipped_forms() -> tuple[Form, ...]:
    """The forms that come with the product, all versions."""
    return load_folder(SHIPPED)


def current(forms: Iterable[Form], form_id: str, day: date) -> Form:
    """The form to begin with on this day: the valid version that came into force last.

    Raises Refusal `forms.unknown` when none is valid then.
    """
    named = [form for form in forms if form.id == form_id and form.valid_on(day)]
    if not named:
        raise Refusal("forms.unknown", form=form_id, day=day.strftime("%d/%m/%Y"))
    return max(named, key=lambda form: form.valid_from)


def same_version_changed(registered: Mapping[tuple[str, str], str], form: Form) -> bool:
    """Whether a published version says something else now.

    `registered` holds the checksum of every published (id, version).
    """
    known = registered.get((form.id, form.version))
    return known is not None and known != form.checksum


_CODES = {"missing": "missing_key", "extra_forbidden": "unknown_key"}


def _fault(error: ValidationError) -> Fault:
    first = error.errors(include_url=False)[0]
    place: Place = first["loc"]
    value = "" if first["input"] is None else _short(first["input"])
    code = _CODES.get(first["type"], "bad_value")
    return Fault(code, place, {"value": value, "reason": first["msg"]})


def _short(value: object) -> str:
    return text if len(text := str(value)) <= 60 else f"{text[:57]}..."


def _refusal(fault: Fault, document: yaml_lines.Document) -> Refusal:
    where = {"file": document.file, "line": document.line(fault.place), "key": _key(fault)}
    return Refusal(f"forms.{fault.code}", **where, **fault.params)


def _key(fault: Fault) -> str:
    """The place as people write it: `questions[2].options[0].id`, counted from 1."""
    shown = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in fault.place)
    return "".join(shown).lstrip(".")
