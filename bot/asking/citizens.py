"""The citizens to whom invitations are due: what each of them is asked about, and by which way."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.asking.context import AskingContext
from bot.asking.planning import link_and_look_up
from bot.asking.reach import Known, ways_of
from surveys.inviting import Choice, Way
from surveys.store.asking import planning, returned, turns
from surveys.store.asking.planning import Due
from surveys.store.asking.returned import Returned
from surveys.store.base.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """All that is due to one citizen, with the ways as they are chosen now. `lead` is the
    invitation whose turn it is; `reachable` are the keys of turns (`turns`) of every chat and
    number of these dossiers."""

    lead: Due
    numbers: Sequence[int]
    dossiers: Sequence[Returned]
    ways: Mapping[int, Choice]
    reachable: Collection[str]

    @property
    def choice(self) -> Choice:
        """The way to this citizen."""
        return next(
            self.ways[one.dossier_id]
            for one in self.dossiers
            if one.invitation_id == self.lead.invitation_id
        )

    @property
    def changes_to_phone(self) -> bool:
        """Whether the chat is gone and the number is written to: with what is due to the number."""
        return self.choice.way is Way.PHONE and self.lead.way != Way.PHONE

    def group(self) -> Sequence[Returned]:
        """The dossiers that go into the message: to the same chat, or to the same number."""
        lead = self.choice
        return [one for one in self.dossiers if self._is_with(lead, one)]

    def _is_with(self, lead: Choice, one: Returned) -> bool:
        way = self.ways[one.dossier_id]
        if way.way is not lead.way or (way.channel, way.bot) != (lead.channel, lead.bot):
            return False
        if way.contact is not None and lead.contact is not None:
            return way.contact.contact_id == lead.contact.contact_id
        return one.phone_key == self.lead.phone_key


async def read(
    conn: Connection, context: AskingContext, leads: Sequence[Due], now: datetime
) -> Sequence[Citizen]:
    """The citizens of these invitations, in their order, by a few statements for all of them."""
    mates = await planning.list_with(conn, leads, now)
    numbers = {one: _with(one, mates.get(one.addressee, ())) for one in leads}
    found = await returned.list_by_invitation(conn, {n for of in numbers.values() for n in of})
    known = await link_and_look_up(conn, context, found, now)
    ways = ways_of(context, found, known)
    by_number = {one.invitation_id: one for one in found}
    return [
        _citizen(lead, numbers[lead], [by_number[n] for n in numbers[lead]], ways, known)
        for lead in leads
    ]


def _with(lead: Due, mates: Sequence[int]) -> Sequence[int]:
    return mates if lead.invitation_id in mates else [lead.invitation_id]


def independent(citizens: Iterable[Citizen]) -> list[Citizen]:
    """The first of these and those after it until one shares a chat, a number or a dossier with any
    before it: until there each can be decided without the others."""
    found: list[Citizen] = []
    taken: set[str | int] = set()
    for one in citizens:
        mine: set[str | int] = {*one.reachable, *one.ways}
        if found and (one.changes_to_phone or not taken.isdisjoint(mine)):
            break
        found.append(one)
        if one.changes_to_phone:
            break
        taken |= mine
    return found


def _citizen(
    lead: Due,
    numbers: Sequence[int],
    dossiers: Sequence[Returned],
    ways: Mapping[int, Choice],
    known: Known,
) -> Citizen:
    phones = {turns.of_phone(one.phone_key) for one in dossiers if one.phone_key}
    chats = {
        turns.of_contact(chat.contact_id)
        for one in dossiers
        for chat in known.chats.get(one.dossier_id, ())
    }
    mine = {one.dossier_id: ways[one.dossier_id] for one in dossiers}
    return Citizen(
        lead=lead, numbers=numbers, dossiers=dossiers, ways=mine, reachable=phones | chats
    )
