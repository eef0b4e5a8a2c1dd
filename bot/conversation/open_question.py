"""What the citizen is asked for now, shown again after everything else that was said."""

from collections.abc import Awaitable, Callable

from bot.conversation import after_end, opening, petition, petition_form, rights, survey
from bot.conversation.turn import Turn

_OPEN: tuple[Callable[[Turn], Awaitable[bool]], ...] = (
    rights.repeat_erase,
    after_end.repeat,
    petition_form.repeat,
    survey.show_again,
    opening.repeat_consent,
    petition.repeat_offer,
)
"""In the order in which one hides another."""


async def repeat(turn: Turn) -> bool:
    """Show it with buttons that work; False when nothing is asked for."""
    for show in _OPEN:
        if await show(turn):
            return True
    return False


async def end_with_it(turn: Turn) -> None:
    """Make it the last thing the citizen reads, unless it is already or nothing was said."""
    if turn.replies and not turn.shows_open:
        await repeat(turn)
