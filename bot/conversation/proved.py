"""Goes on where the second proof was asked for."""

from collections.abc import Awaitable, Callable

from bot.conversation import desks, lookup, opening, second_proof
from bot.conversation.buttons import ButtonPress
from bot.conversation.second_proof import Goal, Level
from bot.conversation.turn import Turn
from surveys.store.citizens import proofs
from surveys.store.dossiers import lookups
from surveys.store.dossiers.lookups import DossierStage


async def on_typed(turn: Turn) -> bool:
    """Take a typed proof; False if none is asked for."""
    checked = await second_proof.check(turn)
    if checked is None:
        return False
    if checked.dossier is not None:
        await _GOALS[checked.goal](turn, checked.dossier)
    return True


async def on_press(turn: Turn, press: ButtonPress) -> None:
    """Handle a button: ask for the proof, or do without it."""
    dossier = await lookups.find_by_id(turn.conn, press.subject) if press.subject else None
    if press.answer == "no":
        await turn.say("proof.not_given", desk=await desks.describe_top(turn))
    elif dossier is None or not await proofs.find_proof(turn.conn, turn.contact.id, dossier.id):
        await turn.say("old_button")
    else:
        # A typed yes names no goal: it goes on to the one that the proof was asked for.
        named = press.answer if press.answer in set(Goal) else turn.focus.goal
        await reach(turn, dossier, Goal(named or Goal.SHOW))


async def reach(turn: Turn, dossier: DossierStage, goal: Goal) -> None:
    """Do it, after the proof if it is not there yet."""
    if await second_proof.level(turn, dossier) is Level.FULL:
        await _GOALS[goal](turn, dossier)
    else:
        await second_proof.ask(turn, dossier, "", goal)


async def _show(turn: Turn, dossier: DossierStage) -> None:
    await lookup.show(turn, dossier, Level.FULL)


_GOALS: dict[Goal, Callable[[Turn, DossierStage], Awaitable[None]]] = {
    Goal.SHOW: _show,
    Goal.TAKE: opening.take_over,
    Goal.DISOWN: opening.disown,
}
