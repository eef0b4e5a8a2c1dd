"""Subscribes citizens to notices about the status of a dossier."""

from bot.conversation import consent, desks, second_proof
from bot.conversation.turn import Turn
from surveys.following import event_of
from surveys.store.asking import followers
from surveys.store.citizens import linked_dossiers
from surveys.store.citizens.consents import Purpose
from surveys.store.citizens.linked_dossiers import Via
from surveys.store.dossiers import lookups


async def on_decision(turn: Turn, dossier_id: int, *, agreed: bool) -> None:
    """Handle the answer to the offer of a notice; a no does not end earlier subscriptions."""
    dossier = await lookups.find_by_id(turn.conn, dossier_id)
    if dossier is None:
        await turn.say("opening.unknown_link", desk=await desks.describe_top(turn))
        return
    if agreed:
        await linked_dossiers.link(turn.conn, turn.contact.id, [dossier_id], Via.CODE, turn.now)
    if agreed or not await consent.is_given(turn, Purpose.STATUS):
        await consent.keep(turn, Purpose.STATUS, given=agreed)
    await linked_dossiers.follow(turn.conn, turn.contact.id, dossier_id, follows=agreed)
    if agreed:
        seen = event_of(dossier.status, dossier.returned_at, dossier.rescheduled_to)
        await followers.begin(turn.conn, turn.contact.id, dossier_id, seen, turn.now)
    named = await second_proof.name(turn, dossier)
    is_named = named != turn.text("proof.this_one")
    which = turn.text("follow.dossier", code=named) if is_named else named
    said = (
        turn.here("follow.yes", dossier=which) if agreed else turn.text("follow.no", dossier=which)
    )
    await turn.say("as_is", text=said)
