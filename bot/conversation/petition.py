"""Complaints and petitions: a bad answer, or "tôi muốn phản ánh", about any dossier or none.

An answer that reports misconduct is a complaint to be verified. With name and address it becomes a
phản ánh, kiến nghị (NĐ 20/2008/NĐ-CP), which is answered by a day and by name.
"""

from datetime import timedelta

from bot.conversation import consent, dossier_meant, petition_form, second_proof
from bot.conversation.buttons import ButtonPress, Verb
from bot.conversation.codes import official_code
from bot.conversation.turn import Turn
from surveys.outcomes import ComplaintState
from surveys.store.citizens.consents import Purpose
from surveys.store.dossiers import lookups
from surveys.store.dossiers.lookups import DossierStage
from surveys.store.results import complaints, petitions
from surveys.store.results.complaints import Complaint, PastComplaint
from surveys.store.results.petitions import Petition, PetitionState

NO_DOSSIER = 0
OFFERS = frozenset({Verb.PETITION, Verb.COMPLAIN})


async def note_complaint(turn: Turn, response_id: int | None, kind: str) -> None:
    """Record the complaint of an answer that reports misconduct, and give its reference."""
    if response_id is None:
        return
    complaint = await complaints.open_(
        turn.conn,
        response_id=response_id,
        kind=kind,
        reference=turn.context.keyring.reference(f"complaint:{kind}:{turn.inbox_id}", response_id),
        now=turn.now,
        due_on=turn.today + timedelta(days=turn.context.settings.complaint_days),
    )
    if complaint.state is ComplaintState.PENDING:
        due = turn.day(complaint.due_on)
        await turn.say("petition.noted", reference=complaint.reference, due=due)


async def take_back(turn: Turn, response_id: int | None, kind: str) -> None:
    """Drop the complaint and its petition, since the answer was changed, and tell the citizen."""
    if response_id is None:
        return
    listed = await complaints.list_by_response(turn.conn, response_id)
    dropped = [one for one in listed if one.kind == kind and one.state is ComplaintState.PENDING]
    sent = await petitions.find_by_response(turn.conn, response_id)
    if sent is not None and sent.is_open and len(listed) == len(dropped):
        await petitions.withdraw(turn.conn, sent)
    await complaints.withdraw(turn.conn, response_id=response_id, kind=kind)
    for one in dropped:
        await turn.say("petition.taken_back", reference=one.reference)


async def offer(turn: Turn, response_id: int | None) -> None:
    """Offer to turn the complaint into a formal petition, before the thanks."""
    if response_id is None or not await _pending(turn, response_id):
        return
    await _offer(turn, turn.text("petition.lead.answer"), Verb.PETITION, response_id)


async def is_pending(turn: Turn, response_id: int) -> bool:
    """Whether a complaint of this response can still become a petition."""
    return bool(await _pending(turn, response_id))


async def start(turn: Turn, text: str = "", dossier: DossierStage | None = None) -> None:
    """Offer a petition about the dossier that is named or at hand, or about none."""
    dossier = dossier or await dossier_meant.find(turn, text)
    lead = turn.text("petition.lead.none")
    named = official_code(text) or (await second_proof.name(turn, dossier) if dossier else "")
    if named:
        lead = turn.text("petition.lead.dossier", code=named)
    await _offer(turn, lead, Verb.COMPLAIN, dossier.id if dossier else NO_DOSSIER)


async def on_complain(turn: Turn, press: ButtonPress) -> None:
    """Handle the answer to that offer, which `ask` makes."""
    dossier = await lookups.find_by_id(turn.conn, press.subject) if press.subject else None
    if press.answer == "ask":
        await start(turn, dossier=dossier)
    elif press.answer != "yes":
        await turn.say("petition.dropped")
    else:
        await consent.keep(turn, Purpose.COMPLAINT, given=True)
        about = f"petition:{turn.contact.id}"
        await _begin(
            turn,
            reference=turn.context.keyring.reference(about, turn.inbox_id),
            dossier_id=dossier.id if dossier else None,
            response_id=None,
        )


async def on_decision(turn: Turn, response_id: int, *, agreed: bool) -> None:
    """Handle the answer to the offer after the form; it is also the consent for this purpose."""
    waiting = await _pending(turn, response_id)
    if not waiting:
        await turn.say("petition.nothing_open")
        return
    await consent.keep(turn, Purpose.COMPLAINT, given=agreed)
    if not agreed:
        await turn.say("petition.not_sent")
        return
    first = waiting[0]
    reference, about = first.reference, first.dossier_id
    await _begin(turn, reference=reference, dossier_id=about, response_id=response_id)


async def on_report(turn: Turn, press: ButtonPress) -> None:
    """Handle a button of a petition: of its form while it is written, of its answer afterwards."""
    petition = await petitions.find(turn.conn, press.subject)
    if petition is None or petition.contact_id != turn.contact.id:
        await turn.say("petition.nothing_open")
    elif press.answer == "dispute":
        await _dispute(turn, petition)
    elif petition.state is PetitionState.DRAFT:
        await petition_form.on_press(turn, petition, press.answer)
    else:
        await turn.say("petition.nothing_open")


async def dispute_last(turn: Turn) -> bool:
    """ "Tôi không đồng ý với kết quả này": of the last petition that was answered."""
    own = await petitions.list_by_contact(turn.conn, turn.contact.id)
    answered = [one for one in own if one.state is PetitionState.ANSWERED]
    if answered:
        await _dispute(turn, answered[-1])
    return bool(answered)


async def repeat_offer(turn: Turn) -> bool:
    """Offer the petition again; False if it was not offered."""
    asked = turn.focus.asked
    if asked is None or asked.verb not in OFFERS:
        return False
    if asked.verb == Verb.COMPLAIN:
        dossier = await lookups.find_by_id(turn.conn, asked.subject) if asked.subject else None
        await start(turn, dossier=dossier)
        return True
    if not await _pending(turn, asked.subject):
        return False
    await offer(turn, asked.subject)
    return True


async def follow(turn: Turn, reference: str) -> bool:
    """Show the state of the petition or complaint with this reference; False if there is none."""
    petition = await petitions.find_by_reference(turn.conn, reference)
    if petition is not None and petition.sent_at is not None:
        await _show_petition(turn, petition)
        return True
    complaint = await complaints.find_by_reference(turn.conn, reference)
    if complaint is not None:
        await _show_complaint(turn, complaint)
        return True
    past = await complaints.find_past(turn.conn, reference)
    if past is not None:
        await _show_past(turn, past)
    return past is not None


async def _begin(
    turn: Turn, *, reference: str, dossier_id: int | None, response_id: int | None
) -> None:
    begun = await petitions.begin(
        turn.conn,
        reference=reference,
        contact_id=turn.contact.id,
        dossier_id=dossier_id,
        response_id=response_id,
        now=turn.now,
    )
    await petition_form.begin(turn, begun)


async def _offer(turn: Turn, lead: str, verb: Verb, subject: int) -> None:
    turn.ask(verb, subject)
    buttons = (
        turn.button("petition_yes", verb, subject, "yes"),
        turn.button("petition_no", verb, subject, "no"),
    )
    body = turn.text("consent.complaint", authority=turn.context.settings.authority)
    await turn.say("as_is", buttons, text=f"{lead}\n{body}")
    turn.mark_open()


async def _show_petition(turn: Turn, petition: Petition) -> None:
    """Show the reason to the sender; anyone else with the code sees only the state."""
    own = petition.contact_id == turn.contact.id
    state = petition.state if petition.found is None else petition.found
    said = {
        "reference": petition.reference,
        "state": turn.text(f"petition.states.{state}", to=petition.forwarded_to or ""),
        "due": turn.day(petition.due_on),
    }
    if not own or petition.answer is None:
        await turn.say("petition.state", **said)
        return
    button = turn.button("dispute", Verb.REPORT, petition.id, "dispute")
    await turn.say("petition.answered", (button,), **said, answer=petition.answer)


async def _show_complaint(turn: Turn, complaint: Complaint) -> None:
    own = complaint.contact_id == turn.contact.id
    offered = own and complaint.state is ComplaintState.PENDING and complaint.formal_at is None
    label = turn.button("petition_yes", Verb.PETITION, complaint.response_id, "yes")
    reason = turn.text("petition.reason", reason=complaint.reason) if complaint.reason else ""
    await turn.say(
        "petition.complaint_state",
        *([(label,)] if offered else []),
        reference=complaint.reference,
        kind=_kind(turn, complaint.kind),
        state=turn.text(f"petition.states.{complaint.state}", to=""),
        due=turn.day(complaint.due_on),
        reason=reason if own else "",
    )


async def _show_past(turn: Turn, past: PastComplaint) -> None:
    await turn.say(
        "petition.complaint_state",
        reference=past.reference,
        kind=_kind(turn, past.kind),
        state=turn.text(f"petition.states.{past.state}", to=""),
        due=turn.day(past.due_on),
        reason="",
    )


async def _dispute(turn: Turn, petition: Petition) -> None:
    if petition.state is not PetitionState.ANSWERED:
        await turn.say("petition.nothing_open")
        return
    await petitions.dispute(turn.conn, petition.id, turn.now)
    await turn.say("petition.disputed", reference=petition.reference)


def _kind(turn: Turn, kind: str) -> str:
    key = f"petition.kind.{kind}"
    return turn.text(key if f"conversation.{key}" in turn.texts else "petition.kind.other")


async def _pending(turn: Turn, response_id: int) -> list[Complaint]:
    """This contact's complaints of the response that could still become a petition."""
    return [
        one
        for one in await complaints.list_by_response(turn.conn, response_id)
        if one.contact_id == turn.contact.id
        and one.state is ComplaintState.PENDING
        and one.formal_at is None
    ]
