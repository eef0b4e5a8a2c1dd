"""The acts a report names as its basis, by the days of its period."""

from admin.figures.model import ReportFigures
from surveys.legal import list_report_basis


def legal_basis(figures: ReportFigures) -> list[str]:
    """The acts in force on the last day of the period, then the decision of the authority's own.

    Each ends with a semicolon, the last with a full stop (NĐ 30/2020/NĐ-CP, Phụ lục I).
    """
    acts = [f"Căn cứ {act}" for act in list_report_basis(figures.span.end)]
    if decision := figures.rating.rules.local_decision:
        acts.append(f"Căn cứ {decision}")
    return [f"{act}{'.' if act is acts[-1] else ';'}" for act in acts]
