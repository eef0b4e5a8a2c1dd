"""The acts that surveys and reports rest on: dated data, `legal_basis.yaml`."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "legal_basis.yaml"


def find_survey_basis(day: date, language: str) -> str:
    """The acts and their articles in force on the day a dossier was returned; "" for none."""
    return next((act["survey"][language] for act in _in_force(day) if "survey" in act), "")


def list_report_basis(day: date) -> list[str]:
    """The acts in force on the last day of a report's period, as a report names them."""
    return [act["report"] for act in _in_force(day) if "report" in act]


def _in_force(day: date) -> Iterator[dict[str, Any]]:
    return (act for act in _read() if act["from"] <= day <= act.get("to", date.max))


@cache
def _read() -> list[dict[str, Any]]:
    import yaml

    read: list[dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
    return read
