"""The citizen's own phone number: it finds the dossiers that were filed with it."""

from bot.conversation import lookup, petition_form
from bot.conversation.buttons import Verb
from bot.conversation.turn import Turn
from bot.messages import Button, Outgoing
from surveys.privacy import normal_phone
from surveys.store.citizens import contacts, linked_dossiers
from surveys.store.citizens.linked_dossiers import Via
from surveys.store.dossiers import lookups
from surveys.store.dossiers.lookups import DossierStage


async def on_shared(turn: Turn) -> None:
    """Store the number only as a keyed hash; its dossiers count as proved."""
    if turn.focus.petition is not None and await petition_form.on_typed(turn):
        return
    phone = normal_phone(turn.incoming.text)
    if phone is None:
        await turn.say("phone.unreadable")
    else:
        await _list(turn, turn.context.keyring.phone_key(phone))


async def on_foreign(turn: Turn) -> None:
    """Handle another person's number: it proves nothing."""
    await turn.say("phone.foreign", *_share_rows(turn))


async def invite(turn: Turn) -> None:
    """Ask for a code, or, if the channel can share it, for the phone number."""
    key = "lookup.how_by_phone" if _share_rows(turn) else "lookup.how"
    await turn.say(key, *_share_rows(turn))


async def _list(turn: Turn, phone_key: str) -> None:
    await contacts.set_phone(turn.conn, turn.contact.id, phone_key)
    found = await lookups.find_by_phone(turn.conn, phone_key)
    numbers = [dossier.id for dossier in found]
    await linked_dossiers.link(turn.conn, turn.contact.id, numbers, Via.PHONE, turn.now)
    if not found:
        await turn.say("phone.none")
        return
    lines = [turn.text("phone.found"), *(lookup.one_line(turn, one) for one in found)]
    rows = tuple([(_button(turn, one),) for one in found if await lookup.may_be_asked(turn, one)])
    lines += ["", turn.text("phone.ask" if rows else "phone.next")]
    await turn.send(Outgoing(text="\n".join(lines), buttons=rows))


def _button(turn: Turn, dossier: DossierStage) -> Button:
    return turn.button("answer_about", Verb.SURVEY, dossier.id, code=dossier.code)


def _share_rows(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    if not turn.traits.shares_contact:
        return ()
    return ((Button(label=turn.text("button.share_phone"), asks_contact=True),),)
