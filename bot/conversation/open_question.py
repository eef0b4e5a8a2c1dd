"""The open question to the citizen, shown again after every other exchange."""

from collections.abc import Awaitable, Callable

from bot.conversation import (
    after_end,
    opening,
    petition,
    petition_form,
    rights,
    second_proof,
    survey,
)
from bot.conversation.turn import Turn

_OPEN: tuple[Callable[[Turn], Awaitable[bool]], ...] = (
    rights.repeat_erase,
    after_end.repeat,
    second_proof.repeat,
    petition_form.repeat,
    survey.show_again,
    opening.repeat_consent,
    petition.repeat_offer,
)
"""In order of precedence: an earlier one hides later ones."""


async def repeat(turn: Turn) -> bool:
    """Show the open question with valid buttons; False if there is none."""
    for show in _OPEN:
        if await show(turn):
            return True
    return False


async def end_with_it(turn: Turn) -> None:
    """Make it the last message, unless it already is or no reply was sent."""
    if turn.replies and not turn.shows_open:
        await repeat(turn)
