"""Writes the steps of dossiers, with their former values."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from surveys.store.base.connection import Connection
from surveys.store.dossiers import dossiers
from surveys.store.dossiers.dossiers import Step
from surveys.store.results import evidence
from surveys.store.system import import_changes
from surveys.store.system.import_changes import Change

Told = list[dict[str, Any]]


def change_of(code: str, before: Sequence[Step], after: Sequence[Step]) -> Change:
    """The change of a dossier's steps, before and after, as the import history stores it."""
    return Change(
        kind=import_changes.STEPS,
        subject=code,
        field="steps",
        before=[dossiers.step_to_json(step) for step in before] or None,
        after=[dossiers.step_to_json(step) for step in after],
    )


def encode(changes: Sequence[Change]) -> str:
    """Encode the changes as a chunk that can be staged."""
    told = [(change.subject, change.before, change.after) for change in changes]
    return json.dumps(told, ensure_ascii=False)


async def apply(conn: Connection, import_id: int, body: str) -> None:
    """Replace the steps of dossiers with those of a staged chunk."""
    told: list[tuple[str, Told | None, Told]] = json.loads(body)
    numbers = await dossiers.find_ids(conn, {code for code, _, _ in told})
    steps: Mapping[int, list[Step]] = {
        numbers[code]: [dossiers.step_from_json(one) for one in after] for code, _, after in told
    }
    await dossiers.replace_steps(conn, steps)
    await import_changes.record(
        conn,
        import_id,
        [
            Change(
                kind=import_changes.STEPS,
                subject=code,
                field="steps",
                before=before,
                after=after,
            )
            for code, before, after in told
        ],
    )
    await evidence.refresh(conn, steps)
