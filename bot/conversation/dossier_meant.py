"""Which dossier a citizen means who names none: the one that is talked about."""

from bot.conversation.buttons import Verb
from bot.conversation.codes import official_code
from bot.conversation.turn import Turn
from bot.conversation.words import says
from surveys.store.asking import interviews
from surveys.store.dossiers import lookups
from surveys.store.dossiers.lookups import DossierStage


async def find(turn: Turn, text: str) -> DossierStage | None:
    """The dossier whose code is in the text, or was just shown, or is asked about; "hồ sơ của
    tôi" is the only one of this chat."""
    code = official_code(text)
    if code is not None:
        return await lookups.find_by_code(turn.conn, code)
    asked = turn.focus.asked
    if asked is not None and asked.verb == Verb.FOLLOW:
        return await lookups.find_by_id(turn.conn, asked.subject)
    number = turn.focus.interview
    interview = await interviews.find(turn.conn, turn.context.keyring, number) if number else None
    if interview is not None and interview.contact_id == turn.contact.id:
        return await lookups.find_by_id(turn.conn, interview.dossier_id)
    return await lookups.find_only(turn.conn, turn.contact.id) if says(text, "own") else None
