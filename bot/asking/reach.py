"""Chooses the way to ask about each of some dossiers, from what the database knows now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.asking.context import AskingContext
from surveys.errors import Refusal
from surveys.inviting import Choice, Phone, Reachable, choose
from surveys.privacy import Keyring
from surveys.store.asking import returned, turns
from surveys.store.asking.returned import KnownPhones, Returned
from surveys.store.base.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database knows of some dossiers' citizens: `chats` by dossier, the `phones`, and by
    dossier the `busy` contacts, which were asked within the week."""

    chats: Mapping[int, Sequence[Reachable]]
    phones: KnownPhones
    busy: Mapping[int, Collection[int]]


async def look_up(
    conn: Connection, context: AskingContext, found: Sequence[Returned], now: datetime
) -> Known:
    """Read what the ways to ask about these dossiers depend on."""
    numbers = [one.dossier_id for one in found]
    chats = await returned.find_chats(conn, numbers, windows=context.talk.windows(now))
    keys = {one.phone_key for one in found if one.phone_key}
    return Known(
        chats=chats,
        phones=await returned.find_phones(conn, keys, context.channels.phone),
        busy=await _busy(conn, context, found, chats, now),
    )


def ways_of(
    context: AskingContext, found: Sequence[Returned], known: Known
) -> Mapping[int, Choice]:
    """Dossier id → the way to ask about it."""
    ring = context.talk.keyring
    return {
        one.dossier_id: choose(
            known.chats.get(one.dossier_id, ()),
            _phone(ring, one, known.phones),
            context.channels,
            known.busy.get(one.dossier_id, ()),
        )
        for one in found
    }


async def _busy(
    conn: Connection,
    context: AskingContext,
    found: Sequence[Returned],
    chats: Mapping[int, Sequence[Reachable]],
    now: datetime,
) -> Mapping[int, Collection[int]]:
    """Dossier id → its contacts that were asked within the week; of dossiers that have waited for
    as long."""
    week = now - timedelta(days=context.talk.settings.invite_every_days)
    waited = [one.dossier_id for one in found if one.planned_at and one.planned_at <= week]
    mine = {number: [one.contact_id for one in chats.get(number, ())] for number in waited}
    keys = {turns.of_contact(one): one for contacts in mine.values() for one in contacts}
    asked = {keys[key] for key in await turns.list_since(conn, keys, week)} if keys else set()
    return {number: asked.intersection(contacts) for number, contacts in mine.items()}


def phone_number(ring: Keyring, one: Returned) -> str | None:
    """The number on the dossier; None if there is none, or it was sealed with another key."""
    if one.phone_sealed is None or one.phone_key is None:
        return None
    try:
        return ring.unseal(one.phone_sealed)
    except Refusal:
        return None


def _phone(ring: Keyring, one: Returned, known: KnownPhones) -> Phone | None:
    number = phone_number(ring, one)
    if number is None or one.phone_key is None:
        return None
    return Phone(
        number=number,
        key=one.phone_key,
        opted_out=_has(known.opted_out, one.phone_key),
        blocked=_has(known.blocked, one.phone_key),
    )


def _has(keys: Collection[str], key: str) -> bool:
    return key in keys
