"""What we begin: invitations, reminders and notices reach whom they may, when they may."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.channels.base import (
    Unreachable,
)
from surveys.store.asking.invitations import InvitationState
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.queues.outbox import MessageKind
from tests.fakes.channel import FakeChannel
from tests.integration.delivering import RULES, dispatching, until
from tests.integration.queue_rows import add_contact, add_invitation, queue, rows_of, states_of

HOUR_MS = 3_600_000


async def _all(database: Database, *states: str) -> bool:
    return set((await states_of(database)).values()) <= set(states)


async def _first(database: Database, table: object = schema.outbox) -> dict[str, object]:
    return (await rows_of(database, table))[0]


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("Forbidden: bot was blocked by the user", ContactStatus.BLOCKED),
        ("Forbidden: user is deactivated", ContactStatus.DEACTIVATED),
    ],
)
async def test_a_citizen_who_left_is_not_written_to(
    database: Database, reason: str, status: ContactStatus
) -> None:
    """A 403 ends the message, marks the contact and its invitation; nothing more is sent to it."""
    channel = FakeChannel()
    channel.faults["84"].append(Unreachable(reason))
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        number = await add_invitation(conn, contact)
        await queue(conn, contact, "one", MessageKind.INVITATION, invitation_id=number)
    async with dispatching(database, channel):
        await until(lambda: _all(database, "unreachable"))
        async with database.write() as conn:
            await queue(conn, contact, "two", MessageKind.NOTICE)
        await until(lambda: _all(database, "unreachable"))
    assert channel.texts == ["one"]
    assert (await _first(database, schema.contacts))["status"] == status
    assert (await _first(database, schema.invitations))["state"] == InvitationState.UNREACHABLE


async def test_an_expired_message_is_never_sent(database: Database) -> None:
    """Pitfall 10: what is too late ends as expired, and its invitation with it."""
    channel = FakeChannel()
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        number = await add_invitation(conn, contact)
        await queue(
            conn, contact, "late", MessageKind.INVITATION, expires_ms=1, invitation_id=number
        )
        await queue(conn, contact, "fresh")
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent", "expired"))
    assert channel.texts == ["fresh"]
    assert (await _first(database, schema.invitations))["state"] == InvitationState.EXPIRED


async def test_we_begin_nothing_at_night_but_answer(database: Database) -> None:
    """Pitfall 10: in quiet hours invitations stay due, without losing anything; replies leave."""
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    local = datetime.now(UTC).astimezone(zone)
    begins, ends = local - timedelta(hours=1), local + timedelta(hours=1)
    channel = FakeChannel()
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        await queue(conn, contact, "invitation", MessageKind.INVITATION)
        await queue(conn, contact, "reply")
    night: dict[str, Any] = {"quiet_from": f"{begins:%H:%M}", "quiet_to": f"{ends:%H:%M}"}
    async with dispatching(database, channel, RULES, **night):
        await until(lambda: _heard(channel, 1))
        await asyncio.sleep(0.3)
    assert await states_of(database) == {"invitation": "due", "reply": "sent"}
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent"))


@pytest.mark.parametrize(
    ("state", "sent"),
    [
        (InvitationState.ISSUED, True),
        (InvitationState.DELIVERED, True),
        (InvitationState.OPENED, True),
        (InvitationState.ANSWERED, False),
        (InvitationState.DECLINED, False),
    ],
)
async def test_nobody_is_reminded_of_what_is_over(
    database: Database, state: InvitationState, sent: bool
) -> None:
    """Pitfall 10: whether the invitation was answered is asked as the message leaves."""
    channel = FakeChannel()
    async with database.write() as conn:
        contact = await add_contact(conn, "84")
        number = await add_invitation(conn, contact, state=state)
        await queue(conn, contact, "reminder", MessageKind.REMINDER, invitation_id=number)
    async with dispatching(database, channel):
        await until(lambda: _all(database, "sent", "cancelled"))
    assert bool(channel.heard) is sent


async def test_a_delivered_invitation_says_so(database: Database) -> None:
    """An invitation that was sent is delivered, with the moment; an opened one stays opened."""
    async with database.write() as conn:
        for address, state in (("1", InvitationState.ISSUED), ("2", InvitationState.OPENED)):
            contact = await add_contact(conn, address)
            number = await add_invitation(conn, contact, state=state)
            await queue(conn, contact, address, MessageKind.INVITATION, invitation_id=number)
    async with dispatching(database, FakeChannel()):
        await until(lambda: _all(database, "sent"))
    issued, opened = await rows_of(database, schema.invitations)
    assert issued["state"] == InvitationState.DELIVERED
    assert issued["delivered_at"] is not None
    assert opened["state"] == InvitationState.OPENED


async def test_who_is_being_erased_gets_the_farewell_and_nothing_else(database: Database) -> None:
    """The last reply still leaves; then the address is gone, and broadcasts are cancelled."""
    channel = FakeChannel()
    async with database.write() as conn:
        contact = await add_contact(conn, "84", status=ContactStatus.ERASING)
        await queue(conn, contact, "farewell")
        await queue(conn, contact, "notice", MessageKind.NOTICE)
    async with dispatching(database, channel):
        await until(lambda: _erased(database))
    assert channel.texts == ["farewell"]
    assert (await states_of(database))["notice"] == "cancelled"


async def _heard(channel: FakeChannel, count: int) -> bool:
    return len(channel.heard) >= count


async def _erased(database: Database) -> bool:
    contact = await _first(database, schema.contacts)
    return contact["status"] == ContactStatus.ERASED and contact["address_sealed"] is None
