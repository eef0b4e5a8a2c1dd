"""Everything held about a citizen as rows, to answer an access request."""

import json
from collections.abc import Iterator

from admin.kit.tables import Row
from surveys.privacy import Keyring
from surveys.store.dossiers.dossiers import FullDossier
from surveys.store.personal_data.held_data import Held


def of_dossier(ring: Keyring, one: FullDossier) -> Iterator[Row]:
    """The applicant of a dossier, from the imported export of the one-stop software."""
    person = {"applicant": one.person.applicant, "phone": one.person.phone}
    yield _row(None, "dossier", one.code, one.procedure, one.received_at)
    for kind, sealed in person.items():
        if sealed is not None:
            yield _row(None, kind, one.code, ring.unseal(sealed), None)


def of_contact(ring: Keyring, about: Held) -> Iterator[Row]:
    """One chat: its address, consents, dossiers, answers, complaints, requests."""
    contact = about.contact
    if contact.address_sealed is not None:
        address = ring.unseal(contact.address_sealed)
        yield _row(about, "chat", contact.channel, address, contact.first_seen_at)
    if contact.phone_key is not None:
        yield _row(about, "phone_hash", contact.channel, contact.phone_key, None)
    for consent in about.consents:
        yield _row(about, "consent", consent.purpose, consent.given, consent.at)
    for link in about.dossiers:
        yield _row(about, "linked", link.code, link.via, link.linked_at)
    for invitation in about.invitations:
        yield _row(about, "invitation", invitation.dossier, invitation.state, invitation.made_at)
    for answer in about.answers:
        subject = f"{answer.dossier} {answer.question}"
        yield _row(about, "answer", subject, answer.option or answer.text, answer.answered_at)
    yield from _petitions(ring, about)
    for request in about.requests:
        yield _row(about, "request", request.kind, request.due_on, request.received_at)


def _petitions(ring: Keyring, about: Held) -> Iterator[Row]:
    for complaint in about.complaints:
        yield _row(about, "complaint", complaint.reference, complaint.state, complaint.opened_at)
    for one in about.petitions:
        yield _row(about, "petition", one.reference, one.state, one.sent_at or one.begun_at)
        if one.words_sealed is not None:
            written: dict[str, str] = json.loads(ring.unseal(one.words_sealed))
            for field, value in written.items():
                yield _row(about, f"petitioner_{field}", one.reference, value, one.sent_at)


def _row(about: Held | None, kind: str, subject: str, value: object, at: object) -> Row:
    contact = about.contact.id if about else None
    return {"contact": contact, "kind": kind, "subject": subject, "value": value, "at": at}
