"""The second proof that a dossier is one's own: the last digits of the phone it was filed with, or
the day it was filed, where the office has them.

A link alone names procedure and unit; days, the state in detail and what is to be done are for
the person who gives the second proof. Somebody with a code alone is asked the same whether there is
such a dossier or not. Wrong answers are limited per chat and per dossier within an hour, those of
strangers apart from those of the link's holders, so that nobody can lock an owner out for good.
While strangers guess codes in such numbers that look-ups are braked, a code takes the whole phone
number: an owner knows it, and it cannot be guessed.
"""

import hmac
import re
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum, StrEnum

from bot.conversation import desks, look_up_limits
from bot.conversation.buttons import Verb
from bot.conversation.turn import Turn
from surveys.privacy import normal_phone
from surveys.store.citizens import linked_dossiers, look_up_counts, proofs
from surveys.store.citizens.linked_dossiers import FULL_PROOFS, Via
from surveys.store.citizens.look_up_counts import HOUR_SECONDS, Asker
from surveys.store.dossiers import lookups
from surveys.store.dossiers.lookups import DossierStage

DIGITS = 4
TRIES = 5
"""Wrong answers of one chat within an hour."""
TRIES_PER_DOSSIER = 10
"""Wrong answers about one code, or by all holders of one link, within an hour."""
_FOUR = re.compile(r"\D*((?:\d[ .]?){4})\D*")
_DAY = re.compile(r"\D*(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4})\D*")


class Level(IntEnum):
    """What a chat has shown of its right to know about a dossier."""

    NONE = 0
    """At most its code."""
    LINK = 1
    """Its link; the office could ask for more."""
    FULL = 2


class Goal(StrEnum):
    """What goes on once the proof is there."""

    SHOW = "show"
    TAKE = "take"
    DISOWN = "disown"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was typed: the last digits of a phone number (`phone`: all), or a day."""

    digits: str = ""
    phone: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The dossier, if the proof fits it."""

    dossier: DossierStage | None
    goal: Goal


async def level(turn: Turn, dossier: DossierStage) -> Level:
    """How much this chat has proved."""
    via = await proofs.find_proof(turn.conn, turn.contact.id, dossier.id)
    if via in FULL_PROOFS:
        return Level.FULL
    if turn.contact.phone_key is not None and turn.contact.phone_key == dossier.phone_key:
        await linked_dossiers.link(turn.conn, turn.contact.id, [dossier.id], Via.PHONE, turn.now)
        return Level.FULL
    if via is None:
        return Level.NONE
    return Level.LINK if _asks_for(dossier) else Level.FULL


async def name(turn: Turn, dossier: DossierStage) -> str:
    """The dossier as this chat may hear of it: its code, or its procedure."""
    if await level(turn, dossier) is Level.LINK:
        return f"“{dossier.procedure}”" if dossier.procedure else turn.text("proof.this_one")
    return dossier.code


async def ask(turn: Turn, dossier: DossierStage | None, code: str, goal: Goal) -> None:
    """Ask for the proof; with a code alone in the same words whatever there is."""
    turn.focus = replace(turn.focus, code=code, goal=goal)
    turn.ask(Verb.PROOF, dossier.id if dossier else 0)
    await _say(turn, "proof", dossier)


async def repeat(turn: Turn) -> bool:
    """Ask again; False if no proof is asked for."""
    asked = turn.focus.asked
    if asked is None or asked.verb != Verb.PROOF:
        return False
    dossier = await lookups.find_by_id(turn.conn, asked.subject) if asked.subject else None
    await _say(turn, "proof", dossier)
    return True


async def check(turn: Turn) -> Checked | None:
    """Check a typed proof; None if nobody asked for it or the text has no proof."""
    asked, proof = turn.focus.asked, _read(turn.incoming.text)
    if asked is None or asked.verb != Verb.PROOF or proof is None:
        return None
    dossier = await lookups.find_by_id(turn.conn, asked.subject) if asked.subject else None
    goal, minutes = Goal(turn.focus.goal), await _minutes_to_wait(turn, dossier)
    if minutes:
        await turn.say("proof.too_many", minutes=minutes, desk=await desks.describe_top(turn))
        return Checked(None, goal)
    fits = _fits_wholly if await _is_braked(turn) else _fits
    if dossier is not None and fits(turn, dossier, proof):
        turn.settle()
        turn.focus = replace(turn.focus, code="", goal="")
        await linked_dossiers.link(turn.conn, turn.contact.id, [dossier.id], Via.PROOF, turn.now)
        return Checked(dossier, goal)
    await look_up_counts.add(turn.conn, _asker(turn, dossier), int(turn.now.timestamp()))
    await _say(turn, "wrong", dossier)
    return Checked(None, goal)


async def _say(turn: Turn, which: str, dossier: DossierStage | None) -> None:
    """By code the words and the desk are those of any dossier."""
    code, factor = turn.focus.code, "whole" if await _is_braked(turn) else "any"
    if not code and dossier is not None:
        factor = _asks_for(dossier)
    button = turn.button("no_proof", Verb.PROOF, turn.focus.asked.subject, "no")  # type: ignore[union-attr]
    desk = await desks.describe_top(turn)
    await turn.say(f"proof.{which}.{factor}", (button,), code=code, desk=desk)
    turn.mark_open(aside=True)


def _asks_for(dossier: DossierStage) -> str:
    """`phone`, `day`, or empty if the office has neither."""
    if dossier.phone_sealed is not None:
        return "phone"
    return "day" if dossier.received_at is not None else ""


def _fits(turn: Turn, dossier: DossierStage, proof: Proof) -> bool:
    """The day, which a code tells as well, counts only where the office has no phone number."""
    if dossier.phone_sealed is not None:
        own = turn.context.keyring.unseal(dossier.phone_sealed)[-DIGITS:]
        return hmac.compare_digest(own, proof.digits)
    filed = dossier.received_at
    return filed is not None and proof.day == filed.date()


def _fits_wholly(turn: Turn, dossier: DossierStage, proof: Proof) -> bool:
    """The whole number."""
    if dossier.phone_sealed is None:
        return False
    own = turn.context.keyring.unseal(dossier.phone_sealed)
    return hmac.compare_digest(own, proof.phone)


async def _is_braked(turn: Turn) -> bool:
    """Whether this is a code, among too many of strangers."""
    return bool(turn.focus.code) and await look_up_limits.are_braked(turn)


def _read(text: str) -> Proof | None:
    phone = normal_phone(text)
    if phone is not None:
        return Proof(digits=phone[-DIGITS:], phone=phone)
    day = _DAY.fullmatch(text)
    if day is not None:
        try:
            return Proof(day=date(int(day[3]), int(day[2]), int(day[1])))
        except ValueError:
            return None
    four = _FOUR.fullmatch(text)
    return Proof(digits=re.sub(r"\D", "", four[1])) if four else None


async def _minutes_to_wait(turn: Turn, dossier: DossierStage | None) -> int:
    now_s = int(turn.now.timestamp())
    used = await look_up_counts.count_used(turn.conn, _asker(turn, dossier), now_s)
    if used.chat < TRIES and used.network < TRIES_PER_DOSSIER:
        return 0
    return max(1, round(((used.oldest_s or now_s) + HOUR_SECONDS - now_s) / 60))


def _asker(turn: Turn, dossier: DossierStage | None) -> Asker:
    """The chat, and in the place of the network the code, or the dossier of the link."""
    come, ring = turn.incoming, turn.context.keyring
    chat = ring.sign("proof chat", f"{come.channel}\0{come.bot}\0{come.address}")
    by_link = dossier is not None and not turn.focus.code
    about = f"link {dossier.id}" if by_link and dossier else f"code {turn.focus.code}"
    return Asker(
        channel=come.channel, bot=come.bot, chat=chat, network=ring.sign("proof about", about)
    )
