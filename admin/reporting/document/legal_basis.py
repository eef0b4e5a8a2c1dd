"""The acts a report names as its basis, by the days of its period."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from admin.figures.model import ReportFigures


def legal_basis(figures: ReportFigures) -> list[str]:
    """The acts in force on the last day of the period, then the decision of the authority's own.

    Each ends with a semicolon, the last with a full stop (NĐ 30/2020/NĐ-CP, Phụ lục I).
    """
    last = figures.span.end
    acts = [f"Căn cứ {act['text']}" for act in _acts() if _in_force(act, last)]
    if decision := figures.rating.rules.local_decision:
        acts.append(f"Căn cứ {decision}")
    return [f"{act}{'.' if act is acts[-1] else ';'}" for act in acts]


def _in_force(act: dict[str, Any], day: date) -> bool:
    return act["from"] <= day and (act.get("to") is None or day <= act["to"])


@cache
def _acts() -> list[dict[str, Any]]:
    file = Path(__file__).with_name("legal_basis.yaml")
    acts: list[dict[str, Any]] = yaml.safe_load(file.read_text("utf-8"))
    return acts
