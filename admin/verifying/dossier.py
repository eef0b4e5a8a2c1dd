"""One dossier as its verifier sees it: outcomes, reasons, answers, complaints, decisions."""

from dataclasses import asdict, dataclass
from typing import Any

import click

from admin.kit import output
from admin.kit.output import Column
from admin.kit.runtime import Runtime
from admin.verifying.words import CaseWords
from surveys.criteria import CRITERIA
from surveys.store.base.connection import Connection
from surveys.store.results import answer_history, dossier_records, verifications
from surveys.store.results.answer_history import Complained, Said
from surveys.store.results.dossier_records import Known
from surveys.store.results.verifications import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierFile:
    """Everything known of a dossier that bears on its points."""

    known: Known
    said: tuple[Said, ...]
    complained: tuple[Complained, ...]
    decisions: tuple[Decision, ...]

    def last(self, criterion: str) -> Decision | None:
        """The decision that counts for a criterion."""
        found = [one for one in self.decisions if one.criterion == criterion]
        return found[-1] if found else None


async def read(conn: Connection, code: str) -> DossierFile:
    """Look a dossier up. Raises Refusal `verify.unknown_dossier`."""
    dossier_id = await verifications.id_of(conn, code)
    (known,) = await dossier_records.of_dossiers(conn, (dossier_id,))
    return DossierFile(
        known=known,
        said=tuple(await answer_history.said(conn, dossier_id)),
        complained=tuple(await answer_history.complained(conn, dossier_id)),
        decisions=tuple(await verifications.decisions(conn, dossier_id)),
    )


def as_json(words: CaseWords, file: DossierFile) -> dict[str, Any]:
    """For programs."""
    case = file.known.case
    return {
        "dossier": file.known.code,
        "due_at": case.due_at,
        "finished_at": case.finished_at,
        "returned_at": case.returned_at,
        "criteria": {row["criterion"]: row for row in _criteria(words, file)},
        "answers": [asdict(one) for one in file.said],
        "complaints": [asdict(one) for one in file.complained],
        "decisions": [asdict(one) for one in file.decisions],
    }


def show(runtime: Runtime, words: CaseWords, file: DossierFile) -> None:
    """For people."""
    click.echo(runtime.text("verify.dossier", code=file.known.code))
    rows = [
        row
        | {
            "raw": words.outcome(row["criterion"], row["raw"]),
            "outcome": words.outcome(row["criterion"], row["outcome"]),
            "reasons": "\n".join(row["reasons"]),
        }
        for row in _criteria(words, file)
    ]
    _table(runtime, rows, "criterion raw outcome points reasons", "criteria")
    _table(runtime, [_said(runtime, one) for one in file.said], ANSWERS, "answers")
    _table(runtime, [_complained(runtime, one) for one in file.complained], COMPLAINTS, "petitions")
    for decision in file.decisions:
        click.echo(f"{decision.criterion}: {words.decided(decision)}")


ANSWERS = "at channel form question answer latest"
COMPLAINTS = "at reference kind state due_on reason"


def _criteria(words: CaseWords, file: DossierFile) -> list[dict[str, Any]]:
    found = []
    for criterion in CRITERIA:
        raw, counts = words.shown(criterion, file.known.case)
        found.append(
            {
                "criterion": criterion,
                "raw": raw,
                "outcome": counts,
                "points": words.points(criterion, counts),
                "reasons": words.reasons(criterion, file.known.case, file.last(criterion)),
            }
        )
    return found


def _said(runtime: Runtime, one: Said) -> dict[str, Any]:
    return {
        "at": runtime.local(one.answered_at),
        "channel": one.channel,
        "form": f"{one.form} {one.form_version}",
        "question": one.question,
        "answer": one.option or one.text or runtime.text("verify.withdrawn"),
        "latest": one.latest,
    }


def _complained(runtime: Runtime, one: Complained) -> dict[str, Any]:
    return {
        "at": runtime.local(one.opened_at),
        "reference": one.reference,
        "kind": one.kind,
        "state": runtime.text(f"verify.complaints.{one.state}"),
        "due_on": one.due_on,
        "reason": one.reason,
    }


def _table(runtime: Runtime, rows: list[dict[str, Any]], keys: str, title: str) -> None:
    if rows:
        columns = [
            Column(key=key, title=runtime.text(f"verify.columns.{key}")) for key in keys.split()
        ]
        output.show_table(runtime.texts, rows, columns, runtime.text(f"verify.titles.{title}"))
