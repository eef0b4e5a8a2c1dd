"""Where a citizen can ask a person: a unit's one-stop desk, with its phone, address and hours."""

from bot.conversation.turn import Turn
from surveys.store.dossiers import units
from surveys.store.dossiers.units import Desk


async def describe_top(turn: Turn) -> str:
    """The desk to ask where no dossier is known."""
    desk = await units.find_top_desk(turn.conn)
    return describe(turn, desk) if desk else turn.text("desk.any")


def describe(turn: Turn, desk: Desk) -> str:
    """The desk in words, with what is known of it."""
    known = {"phone": desk.phone, "address": desk.address, "hours": desk.hours}
    parts = [turn.text(f"desk.{name}", value=value) for name, value in known.items() if value]
    more = f" ({'; '.join(parts)})" if parts else ""
    return turn.text("desk.of", unit=desk.unit, more=more)
