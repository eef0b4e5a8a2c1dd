"""The figures of a report as JSON, and back: what was stored prints as it was."""

import json
from typing import Any

import msgspec

from admin.figures.model import FORMAT, ReportFigures
from surveys.errors import Refusal


def as_json(figures: ReportFigures) -> dict[str, Any]:
    """The figures as JSON values: numbers that are not whole as decimal strings, days in ISO 8601.

    The keys are always in the same order, so that equal figures are equal texts.
    """
    built: dict[str, Any] = msgspec.to_builtins(figures, order="deterministic")
    return built


def as_text(figures: ReportFigures) -> str:
    """The figures as one line of JSON, the same for equal figures; what a hash is made of."""
    return json.dumps(as_json(figures), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(stored: object) -> ReportFigures:
    """Read figures back. Raises Refusal `report.stored` for anything else, or another format."""
    found = stored.get("format") if isinstance(stored, dict) else None
    if found != FORMAT:
        raise Refusal("report.stored", reason=f"format {found}")
    try:
        return msgspec.convert(stored, ReportFigures)
    except msgspec.ValidationError as error:
        raise Refusal("report.stored", reason=str(error)) from None


def from_text(text: str) -> ReportFigures:
    """The same from a text. Raises Refusal `report.stored`."""
    try:
        return from_json(json.loads(text))
    except json.JSONDecodeError as error:
        raise Refusal("report.stored", reason=str(error)) from None
