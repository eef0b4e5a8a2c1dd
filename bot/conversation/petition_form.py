"""Writing a petition: what happened, name, address, phone or none; read back before it is sent.

NĐ 20/2008/NĐ-CP Điều 7: the content, the name, and an address or phone to answer to.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.conversation import consent
from bot.conversation.buttons import Verb
from bot.conversation.codes import official_code
from bot.conversation.sentences import is_kind
from bot.conversation.turn import Rows, Turn
from bot.conversation.words import CommandName, bare_command, is_said, says, stops, yes_or_no
from bot.messages import Button
from surveys.privacy import normal_phone
from surveys.store.citizens.consents import Purpose
from surveys.store.dossiers import lookups
from surveys.store.results import complaints, petitions
from surveys.store.results.petitions import Petition, PetitionState
from surveys.typed_words import clean, shared_words, word_count

CONTENT = 2000
"""The most characters of the content."""
COMMANDS = frozenset({CommandName.HELP, CommandName.HELD, CommandName.LANGUAGE, CommandName.LOOKUP})
"""Without a slash, these commands cannot be a name."""


def _written(text: str, limit: int) -> str | None:
    whole = " ".join(clean(text)[0].split())
    return whole if word_count(whole) and len(whole) <= limit else None


FIELDS: dict[str, Callable[[str], str | None]] = {
    "content": lambda text: _written(text, CONTENT),
    "name": lambda text: _written(text, 100),
    "address": lambda text: _written(text, 300),
    "phone": normal_phone,
}
"""The fields of a petition in the order of asking, each with its parser."""
NONE = ""
"""No phone: the answer goes to the address, and to this chat."""


async def begin(turn: Turn, petition: Petition) -> None:
    """Ask for the first field that is not written yet."""
    turn.focus = replace(turn.focus, petition=petition.id, field=None)
    await _ask(turn, petition)


async def on_typed(turn: Turn) -> bool:
    """Take a text as the open field; False if no field is open."""
    petition = await _draft(turn)
    if petition is None or bare_command(turn.incoming.text) in COMMANDS:
        return False
    field = _field(turn, words_of(turn, petition))
    if says(turn.incoming.text, "correct") and field != "content":
        named = (one for one in FIELDS if says(turn.incoming.text, f"field_{one}"))
        await correct(turn, petition, next(named, "content"))
    elif field is None:
        await _at_review(turn, petition)
    elif field == "phone" and _means_none(turn):
        await _keep(turn, petition, field, NONE)
    elif _gives_up(turn):
        await give_up(turn, petition)
    else:
        await _take(turn, petition, field)
    return True


async def on_press(turn: Turn, petition: Petition, answer: str) -> None:
    """Handle a button of the form: send, stop, skip the phone, or the field to correct."""
    words = words_of(turn, petition)
    turn.focus = replace(turn.focus, petition=petition.id)
    if answer == "stop":
        await give_up(turn, petition)
    elif answer == "skip":
        await _keep(turn, petition, "phone", NONE)
    elif answer in FIELDS:
        await correct(turn, petition, answer)
    elif answer == "send" and _field(turn, words) is None:
        await _send(turn, petition)
    else:
        await _ask(turn, petition)


async def correct(turn: Turn, petition: Petition, field: str) -> None:
    """Ask for one field again; the other fields stay."""
    turn.focus = replace(turn.focus, field=field)
    await _ask(turn, petition)


async def repeat(turn: Turn) -> bool:
    """Ask for the open field, or show the draft, again; False if no draft is open."""
    petition = await _draft(turn)
    if petition is not None:
        await _ask(turn, petition)
    return petition is not None


async def give_up(turn: Turn, petition: Petition) -> None:
    """Cancel the petition: the texts so far are deleted, a complaint stays."""
    await _drop(turn, petition)
    of_answer = petition.response_id is not None
    await turn.say("petition.not_sent" if of_answer else "petition.dropped")


async def drop_open(turn: Turn) -> None:
    """Delete the draft of this chat, if there is one, without a message."""
    petition = await _draft(turn)
    if petition is not None:
        await _drop(turn, petition)


async def _drop(turn: Turn, petition: Petition) -> None:
    """Delete a draft without a message, and take back the consent unless another was sent."""
    await petitions.withdraw(turn.conn, petition)
    turn.focus = replace(turn.focus, petition=None, field=None)
    if not await petitions.list_by_contact(turn.conn, turn.contact.id):
        await consent.keep(turn, Purpose.COMPLAINT, given=False)


def words_of(turn: Turn, petition: Petition) -> dict[str, str]:
    """The texts written so far, by field."""
    sealed = petition.words_sealed
    found: dict[str, str] = json.loads(turn.context.keyring.unseal(sealed)) if sealed else {}
    return found


async def _draft(turn: Turn) -> Petition | None:
    """The petition that is being written in this chat."""
    number = turn.focus.petition
    found = await petitions.find(turn.conn, number) if number is not None else None
    own = found is not None and found.contact_id == turn.contact.id
    if found is not None and own and found.state is PetitionState.DRAFT:
        return found
    if number is not None:
        turn.focus = replace(turn.focus, petition=None, field=None)
    return None


def _field(turn: Turn, words: dict[str, str]) -> str | None:
    """The open field: the one to correct, else the first one missing."""
    missing = (field for field in FIELDS if field not in words)
    return turn.focus.field or next(missing, None)


def _gives_up(turn: Turn) -> bool:
    text = turn.incoming.text
    return stops(text, turn.contact.language) or is_kind(text, "give_up")


def _means_none(turn: Turn) -> bool:
    text, language = turn.incoming.text, turn.contact.language
    none = ("no", "nothing", "skip", "no_answer")
    return any(shared_words().means(text, one, language) for one in none)


async def _take(turn: Turn, petition: Petition, field: str) -> None:
    value = FIELDS[field](turn.incoming.text)
    if value is None:
        await turn.say(f"petition.unreadable.{field}", *_rows(turn, petition, field))
        turn.mark_open()
        return
    await _keep(turn, petition, field, value)


async def _keep(turn: Turn, petition: Petition, field: str, value: str) -> None:
    words = words_of(turn, petition) | {field: value}
    sealed = turn.context.keyring.seal(json.dumps(words, ensure_ascii=False))
    about = petition.dossier_id
    code = official_code(value) if field == "content" and about is None else None
    dossier = await lookups.find_by_code(turn.conn, code) if code else None
    about = dossier.id if dossier else about
    await petitions.write(turn.conn, petition.id, sealed, about)
    turn.focus = replace(turn.focus, field=None)
    await _ask(turn, replace(petition, words_sealed=sealed, dossier_id=about))


async def _ask(turn: Turn, petition: Petition) -> None:
    words = words_of(turn, petition)
    field = _field(turn, words)
    if field is None:
        await _read_back(turn, petition, words)
    else:
        step, steps = list(FIELDS).index(field) + 1, len(FIELDS)
        rows = _rows(turn, petition, field)
        await turn.say(f"petition.ask.{field}", *rows, step=step, steps=steps)
    turn.mark_open()


async def _read_back(turn: Turn, petition: Petition, words: dict[str, str]) -> None:
    pairs = [("content", "name"), ("address", "phone")]
    edits = [
        tuple(turn.button(f"edit_{one}", Verb.REPORT, petition.id, one) for one in pair)
        for pair in pairs
    ]
    rows = ((turn.button("petition_send", Verb.REPORT, petition.id, "send"),), *edits)
    shown = words | {"phone": words["phone"] or turn.text("petition.no_phone")}
    await turn.say("petition.read_back", *rows, _way_out(turn, petition), **shown)


async def _at_review(turn: Turn, petition: Petition) -> None:
    text, language = turn.incoming.text, turn.contact.language
    if is_said(text, "send", language) or yes_or_no(text, language):
        await _send(turn, petition)
    elif _gives_up(turn):
        await give_up(turn, petition)
    else:
        await turn.say("petition.not_understood")
        await _ask(turn, petition)


async def _send(turn: Turn, petition: Petition) -> None:
    due = turn.today + timedelta(days=turn.context.settings.complaint_days)
    await petitions.send(turn.conn, petition, turn.now, due)
    turn.focus = replace(turn.focus, petition=None, field=None)
    others = await _other_references(turn, petition)
    references = ", ".join([petition.reference, *others])
    authority = turn.context.settings.authority
    day = turn.day(due)
    said = turn.here("petition.sent", references=references, due=day, authority=authority)
    await turn.say("as_is", text=said)


async def _other_references(turn: Turn, petition: Petition) -> list[str]:
    """The references of the complaints that were sent with the petition."""
    if petition.response_id is None:
        return []
    listed = await complaints.list_by_response(turn.conn, petition.response_id)
    sent = [one.reference for one in listed if one.formal_at is not None]
    return [one for one in sent if one != petition.reference]


def _rows(turn: Turn, petition: Petition, field: str) -> Rows:
    if field != "phone":
        return (_way_out(turn, petition),)
    skip = turn.button("no_phone", Verb.REPORT, petition.id, "skip")
    return ((skip,), _way_out(turn, petition))


def _way_out(turn: Turn, petition: Petition) -> tuple[Button, ...]:
    return (turn.button("petition_stop", Verb.REPORT, petition.id, "stop"),)
