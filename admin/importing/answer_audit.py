"""The audit log entries of responses that an import changed.

The entries are added in the transaction that decides the import, so there must not be many.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from surveys.store.system.audit import AuditEntry

ACTION = "answers.change"
ONE_BY_ONE = 200
"""Up to this number of changed responses in a chunk of rows, each has its own entry."""
TOGETHER = 100
"""The most dossiers that one entry names."""


class ChangedResponse(NamedTuple):
    """A changed response: the code of its dossier, its form, and the questions in their order."""

    dossier: str
    form: str
    questions: tuple[str, ...]


def list_entries(changed: Sequence[ChangedResponse], import_id: int) -> list[AuditEntry]:
    """One entry for each response; if they are many, one for those that changed alike."""
    if len(changed) <= ONE_BY_ONE:
        return [_entry(f"dossier:{one.dossier}", one) for one in changed]
    return [
        _entry(f"import:{import_id}", some[0], dossiers=[one.dossier for one in some])
        for some in _alike(changed)
    ]


def _entry(subject: str, one: ChangedResponse, **more: Sequence[str]) -> AuditEntry:
    details = {"form": one.form, "questions": list(one.questions), **more}
    return AuditEntry(action=ACTION, subject=subject, details=details)


def _alike(changed: Sequence[ChangedResponse]) -> Iterator[list[ChangedResponse]]:
    groups: defaultdict[tuple[str, tuple[str, ...]], list[ChangedResponse]] = defaultdict(list)
    for one in changed:
        groups[one.form, one.questions].append(one)
    for group in groups.values():
        for start in range(0, len(group), TOGETHER):
            yield group[start : start + TOGETHER]
