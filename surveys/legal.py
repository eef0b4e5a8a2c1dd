"""The acts that citizens are told as the basis of a survey: dated data, `legal_basis.yaml`."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "legal_basis.yaml"


def find_survey_basis(day: date, language: str) -> str:
    """The acts and their articles in force on the day a dossier was returned; "" for none."""
    for one in _read()["survey"]:
        if one["from"] <= day <= one.get("to", date.max):
            found: str = one["text"][language]
            return found
    return ""


@cache
def _read() -> dict[str, Any]:
    import yaml

    read: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return read
