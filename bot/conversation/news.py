"""Offers to tell once what changed because of the answers; a consent of its own."""

from dataclasses import replace

from bot.conversation import consent
from bot.conversation.buttons import ButtonPress, Verb
from bot.conversation.turn import Turn
from bot.messages import Outgoing
from surveys.store.asking import interviews
from surveys.store.citizens.consents import Purpose
from surveys.store.results import news


async def offered(turn: Turn, thanks: Outgoing, interview_id: int) -> Outgoing:
    """The thanks with the offer below, unless it was agreed to before or has no button."""
    if not turn.traits.has_buttons or await consent.is_given(turn, Purpose.NEWS):
        return thanks
    button = turn.button(turn.key_here("tell_news"), Verb.NEWS, interview_id, "yes")
    said = turn.here("consent.news")
    return replace(
        thanks,
        text=f"{thanks.text}\n\n{said}",
        brief=f"{thanks.brief}\n\n{said}" if thanks.brief else "",
        buttons=(*thanks.buttons, (button,)),
    )


async def on_press(turn: Turn, press: ButtonPress) -> None:
    """Keep the consent and the wish, which names the unit and the half month alone."""
    interview = await interviews.find(turn.conn, turn.context.keyring, press.subject)
    if interview is None or interview.contact_id != turn.contact.id:
        await turn.say("old_button")
        return
    await consent.keep(turn, Purpose.NEWS, given=True)
    await news.wish_about(turn.conn, turn.contact.id, interview.dossier_id)
    await turn.say("as_is", text=turn.here("news.yes"))


async def wish_again(turn: Turn, dossier_id: int) -> None:
    """Who agreed before wishes the same about this dossier's unit."""
    if await consent.is_given(turn, Purpose.NEWS):
        await news.wish_about(turn.conn, turn.contact.id, dossier_id)
