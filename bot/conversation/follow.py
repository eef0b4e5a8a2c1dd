"""Being told when a dossier is returned, for those who said they want to be."""

from bot.conversation import consent
from bot.conversation.turn import Turn
from surveys.store.citizens import contacts
from surveys.store.citizens.consents import Purpose
from surveys.store.citizens.contacts import Via
from surveys.store.dossiers import lookups


async def on_decision(turn: Turn, dossier_id: int, *, agreed: bool) -> None:
    """Take the answer to "shall we tell you?"; a no does not end what is followed already."""
    dossier = await lookups.find_by_id(turn.conn, dossier_id)
    if dossier is None:
        await turn.say("opening.unknown_link")
        return
    if agreed:
        await contacts.link(turn.conn, turn.contact.id, [dossier_id], Via.CODE, turn.now)
    if agreed or not await consent.is_given(turn, Purpose.STATUS):
        await consent.keep(turn, Purpose.STATUS, given=agreed)
    await contacts.follow(turn.conn, turn.contact.id, dossier_id, follows=agreed)
    await turn.say("follow.yes" if agreed else "follow.no", code=dossier.code)
