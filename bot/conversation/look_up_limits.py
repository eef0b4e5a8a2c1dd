"""Limits the dossier codes looked up without proof per hour, since codes can be guessed.

There are limits per chat, per network address (if the channel knows it), per bot, and for the
whole deployment. The last two slow an attacker with many chats and addresses: strangers share
them. They stop no owner of a dossier: a citizen who proved one has only the limits of the chat
and the address; anybody else gives the whole phone number instead of its last digits.
"""

import logging

from bot.conversation.turn import Turn
from surveys.store.citizens import look_up_counts, proofs
from surveys.store.citizens.look_up_counts import HOUR_SECONDS, Asker, Used

logger = logging.getLogger(__name__)


async def minutes_to_wait(turn: Turn) -> int:
    """Minutes until another code may be looked up by this chat and address; 0: now."""
    used, now_s, chosen = await _used(turn), int(turn.now.timestamp()), turn.context.settings
    if used.chat < chosen.look_ups_per_hour and used.network < chosen.look_ups_per_hour_address:
        return 0
    seconds = (used.oldest_s or now_s) + HOUR_SECONDS - now_s
    return max(1, round(seconds / 60))


async def are_braked(turn: Turn) -> bool:
    """Whether strangers have used up the hour of the bot or of the deployment, and this is one."""
    used, chosen = await _used(turn), turn.context.settings
    is_full = (
        used.bot >= chosen.look_ups_per_hour_bot or used.total >= chosen.look_ups_per_hour_total
    )
    return is_full and not await proofs.has_proof(turn.conn, turn.contact.id)


async def note(turn: Turn) -> None:
    """Count one more; logs once when a limit of the bot or of the deployment is reached."""
    await look_up_counts.add(turn.conn, _asker(turn), int(turn.now.timestamp()))
    used, chosen = await _used(turn), turn.context.settings
    if used.total == chosen.look_ups_per_hour_total:
        logger.error("look-ups are braked: %s within an hour in all", used.total)
    elif used.bot == chosen.look_ups_per_hour_bot:
        logger.error(
            "look-ups are braked: %s within an hour on %s", used.bot, turn.incoming.channel
        )


async def _used(turn: Turn) -> Used:
    return await look_up_counts.count_used(turn.conn, _asker(turn), int(turn.now.timestamp()))


def _asker(turn: Turn) -> Asker:
    """The asker as separate hashes, which do not link a row to a contact."""
    come, ring = turn.incoming, turn.context.keyring
    chat = f"{come.channel}\0{come.bot}\0{come.address}"
    network = ring.sign("look-up network", come.network) if come.network else ""
    return Asker(
        channel=come.channel, bot=come.bot, chat=ring.sign("look-up chat", chat), network=network
    )
