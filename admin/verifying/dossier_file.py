"""Everything about one dossier that affects its points, as data."""

from dataclasses import dataclass

from surveys.store.base.connection import Connection
from surveys.store.results import answer_history, dossier_records, verifications
from surveys.store.results.answer_history import Complained, Said
from surveys.store.results.dossier_records import Known
from surveys.store.results.verifications import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierFile:
    """Everything about a dossier that affects its points."""

    known: Known
    said: tuple[Said, ...]
    complained: tuple[Complained, ...]
    decisions: tuple[Decision, ...]

    def last(self, criterion: str) -> Decision | None:
        """The decision that counts for a criterion."""
        found = [one for one in self.decisions if one.criterion == criterion]
        return found[-1] if found else None


async def read_dossier(conn: Connection, code: str) -> DossierFile:
    """Look a dossier up. Raises Refusal `verify.unknown_dossier`."""
    dossier_id = await verifications.find_dossier_id(conn, code)
    (known,) = await dossier_records.find_by_ids(conn, (dossier_id,))
    return DossierFile(
        known=known,
        said=tuple(await answer_history.list_answers(conn, dossier_id)),
        complained=tuple(await answer_history.list_complaints(conn, dossier_id)),
        decisions=tuple(await verifications.list_decisions(conn, dossier_id)),
    )
