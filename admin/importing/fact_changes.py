"""What an import of facts changed, for the history and the audit log."""

from collections.abc import Mapping, Sequence

from surveys.store.dossiers.facts import Fact
from surveys.store.system import import_changes
from surveys.store.system.audit import AuditEntry
from surveys.store.system.import_changes import Change

Key = tuple[int, str, str]
"""Number of the unit, period, and name of a fact."""


def history(
    changed: Sequence[Fact], before: Mapping[Key, str], codes: Mapping[int, str]
) -> list[Change]:
    """New and changed facts with their former values; `codes`: number of a unit → its code."""
    return [
        Change(
            kind=import_changes.FACT,
            subject=f"{codes[fact.unit_id]} {fact.period} {fact.fact}",
            field="value",
            before=before.get(fact.key),
            after=fact.value,
        )
        for fact in changed
    ]


def audited(
    changed: Sequence[Fact], before: Mapping[Key, str], codes: Mapping[int, str]
) -> list[AuditEntry]:
    """An entry for each fact that replaced another value."""
    return [
        AuditEntry(
            action="facts.change",
            subject=f"unit:{codes[fact.unit_id]} {fact.period}",
            details={"fact": fact.fact, "from": before[fact.key], "to": fact.value},
        )
        for fact in changed
        if fact.key in before
    ]
