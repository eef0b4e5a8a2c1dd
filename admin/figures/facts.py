"""The declared figures of the units (facts), added up for a report."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from admin.figures.model import FactFigures
from scoring.evidence import PARTS_OF, UnitEvidence
from scoring.law import Rulebook
from scoring.rounding import added
from scoring.supported import FactKind


def declared(book: Rulebook, units: Sequence[UnitEvidence]) -> Iterator[FactFigures]:
    """Every fact that is a number of something and that a unit declared.

    A part is summed over the units that also declared its whole, so that the share is one of the
    same units.
    """
    for fact, kind in book.fact_kinds.items():
        if kind is not FactKind.COUNT or not any(fact in unit.facts for unit in units):
            continue
        own = book.facts.get(fact)
        whole = own.part_of if own else PARTS_OF.get(fact)
        both = [unit for unit in units if whole in unit.facts and fact in unit.facts]
        yield FactFigures(
            id=fact,
            name=fact_name(book, fact),
            total=_total(fact, both or units),
            whole=_total(whole, both) if whole and both else None,
            whole_name=fact_name(book, whole) if whole and both else "",
        )


def fact_name(book: Rulebook, fact: str) -> str:
    """What a fact is called in Vietnamese."""
    from admin.importing.fact_words import TITLES

    own = book.facts.get(fact)
    return own.text.of("vi") if own else TITLES[fact][0]


def _total(fact: str, units: Sequence[UnitEvidence]) -> Decimal:
    return added(Decimal(unit.facts[fact]) for unit in units if fact in unit.facts)
