"""When the answer is bad: a complaint to be verified, its reference, and, if the citizen wants, a
formal phản ánh, kiến nghị with name, address and phone (NĐ 20/2008/NĐ-CP Điều 7 khoản 1 điểm d).
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.conversation import consent
from bot.conversation.buttons import Verb
from bot.conversation.turn import Turn
from bot.conversation.words import stops
from bot.messages import Button
from surveys.outcomes import ComplaintState
from surveys.privacy import normal_phone
from surveys.store.citizens.consents import Purpose
from surveys.store.results import complaints
from surveys.store.results.complaints import Complaint
from surveys.typed_words import clean, word_count


def _written(text: str, limit: int) -> str | None:
    whole = " ".join(clean(text)[0].split())
    return whole if word_count(whole) and len(whole) <= limit else None


FIELDS: dict[str, Callable[[str], str | None]] = {
    "name": lambda text: _written(text, 100),
    "address": lambda text: _written(text, 300),
    "phone": normal_phone,
}
"""What a petition needs, in the order of asking, each with what makes it readable."""


async def note_complaint(turn: Turn, response_id: int | None, kind: str) -> None:
    """An answer reports misconduct: note the complaint and give its reference."""
    if response_id is None:
        return
    complaint = await complaints.open_(
        turn.conn,
        response_id=response_id,
        kind=kind,
        reference=turn.context.keyring.reference(f"complaint:{kind}", response_id),
        now=turn.now,
        due_on=turn.today + timedelta(days=turn.context.settings.complaint_days),
    )
    if complaint.state is ComplaintState.PENDING:
        due = turn.day(complaint.due_on)
        await turn.say("petition.noted", reference=complaint.reference, due=due)


async def offer(turn: Turn, response_id: int | None) -> None:
    """After the thanks: shall it become a formal petition?"""
    if response_id is None or not await _pending(turn, response_id):
        return
    turn.ask(Verb.PETITION, response_id)
    buttons = (
        turn.button("petition_yes", Verb.PETITION, response_id, "yes"),
        turn.button("petition_no", Verb.PETITION, response_id, "no"),
    )
    authority = turn.context.settings.authority
    await turn.say("consent.complaint", buttons, authority=authority)
    turn.mark_open()


async def on_decision(turn: Turn, response_id: int, *, agreed: bool) -> None:
    """Take the answer to the offer; it is also the consent for this purpose."""
    waiting = await _pending(turn, response_id)
    turn.attend(turn.focus.interview)
    if not waiting:
        await turn.say("petition.nothing_open")
        return
    await consent.keep(turn, Purpose.COMPLAINT, given=agreed)
    if not agreed:
        await give_up(turn, response_id)
        return
    turn.focus = replace(turn.focus, petition=response_id)
    await _ask_next(turn, response_id, await _petitioner(turn, response_id))


async def on_typed(turn: Turn) -> bool:
    """Take what was written as the field that is asked for; False when none is."""
    response_id = turn.focus.petition
    if response_id is None:
        return False
    if not await _pending(turn, response_id):
        turn.attend(turn.focus.interview)
        return False
    if stops(turn.incoming.text, turn.contact.language):
        await give_up(turn, response_id)
        return True
    await _take(turn, response_id, turn.incoming.text)
    return True


async def repeat(turn: Turn) -> bool:
    """Ask for the open field once more; False when none is."""
    response_id = turn.focus.petition
    if response_id is None or not await _pending(turn, response_id):
        return False
    await _ask_next(turn, response_id, await _petitioner(turn, response_id))
    return True


async def repeat_offer(turn: Turn) -> bool:
    """Offer the petition once more; False when it was not offered."""
    asked = turn.focus.asked
    if asked is None or asked.verb != Verb.PETITION or not await _pending(turn, asked.subject):
        return False
    await offer(turn, asked.subject)
    return True


async def give_up(turn: Turn, response_id: int) -> None:
    """No petition: what was written so far is deleted, the complaint stays."""
    await complaints.keep_petitioner(turn.conn, response_id, None, None)
    turn.attend(turn.focus.interview)
    await turn.say("petition.not_sent")


async def follow(turn: Turn, reference: str) -> bool:
    """Show the state of the complaint with this reference; False when it does not exist."""
    complaint = await complaints.find_by_reference(turn.conn, reference)
    if complaint is None:
        return False
    own = complaint.contact_id == turn.contact.id
    offered = own and complaint.state is ComplaintState.PENDING and complaint.formal_at is None
    label = turn.button("petition_yes", Verb.PETITION, complaint.response_id, "yes")
    await turn.say(
        "petition.state",
        *([(label,)] if offered else []),
        reference=complaint.reference,
        kind=_kind(turn, complaint.kind),
        state=turn.text(f"petition.states.{complaint.state}"),
        due=turn.day(complaint.due_on),
    )
    return True


async def _take(turn: Turn, response_id: int, text: str) -> None:
    petitioner = await _petitioner(turn, response_id)
    field = _next_field(petitioner)
    value = FIELDS[field](text)
    if value is None:
        await turn.say(f"petition.unreadable.{field}", _way_out(turn, response_id))
        turn.mark_open()
        return
    petitioner[field] = value
    complete = len(petitioner) == len(FIELDS)
    sealed = turn.context.keyring.seal(json.dumps(petitioner, ensure_ascii=False))
    formal_at = turn.now if complete else None
    await complaints.keep_petitioner(turn.conn, response_id, sealed, formal_at)
    if complete:
        await _sent(turn, response_id)
    else:
        await _ask_next(turn, response_id, petitioner)


async def _ask_next(turn: Turn, response_id: int, petitioner: dict[str, str]) -> None:
    field = _next_field(petitioner)
    place, places = len(petitioner) + 1, len(FIELDS)
    way_out = _way_out(turn, response_id)
    await turn.say(f"petition.ask.{field}", way_out, step=place, steps=places)
    turn.mark_open()


async def _sent(turn: Turn, response_id: int) -> None:
    turn.attend(turn.focus.interview)
    listed = await complaints.list_by_response(turn.conn, response_id)
    formal = [one for one in listed if one.formal_at is not None]
    references = ", ".join(one.reference for one in formal)
    due = turn.day(max(one.due_on for one in formal))
    await turn.say("petition.sent", references=references, due=due)


def _next_field(petitioner: dict[str, str]) -> str:
    return next(field for field in FIELDS if field not in petitioner)


def _kind(turn: Turn, kind: str) -> str:
    key = f"petition.kind.{kind}"
    return turn.text(key if f"conversation.{key}" in turn.texts else "petition.kind.other")


def _way_out(turn: Turn, response_id: int) -> tuple[Button, ...]:
    return (turn.button("petition_stop", Verb.PETITION, response_id, "no"),)


async def _pending(turn: Turn, response_id: int) -> list[Complaint]:
    """This contact's complaints of the response that could still become a petition."""
    return [
        one
        for one in await complaints.list_by_response(turn.conn, response_id)
        if one.contact_id == turn.contact.id
        and one.state is ComplaintState.PENDING
        and one.formal_at is None
    ]


async def _petitioner(turn: Turn, response_id: int) -> dict[str, str]:
    """What was written so far."""
    listed = await _pending(turn, response_id)
    sealed = next((one.petitioner_sealed for one in listed if one.petitioner_sealed), None)
    found: dict[str, str] = json.loads(turn.context.keyring.unseal(sealed)) if sealed else {}
    return found
