"""Sends one template: never at night, never twice, to the Zalo id where one is known."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.channels.base import ChannelContext, DeliveryError, Rejected, SlowDown, Unknown
from bot.channels.zalo.errors import ErrorClass, meaning_of, outcome, words_of
from bot.channels.zalo.requests import Refused, RequestError
from bot.channels.zalo_template.night import seconds_of_night
from bot.channels.zalo_template.requests import Sent, TemplateApi, params_from, template_data
from bot.channels.zalo_template.standing import Standing
from bot.messages import Outgoing
from surveys.store.asking import template_messages
from surveys.store.asking.template_messages import Place
from surveys.store.citizens import contacts
from surveys.store.citizens.contacts import Contact, ContactStatus

TRACKING = "invitation-{number}"
NOT_BY_ID = frozenset({-249})
"""The template is older than sending by Zalo id, or has a part that does not allow it."""
OF_TEMPLATE = frozenset({-109, -117, -127, -131, -145, -146})
"""Refusals that concern every message of the template: the queue waits for a person."""
OF_DAY = frozenset({-144, -147})
"""The quota of the day is used up: every message waits for the next day."""
WAIT_FOR_PERSON = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Sending:
    """Sends the messages of one process. `users` is the name of the channel whose contacts have
    Zalo ids; `longest` how long each parameter of the template may be, if known."""

    context: ChannelContext
    place: Place
    api: TemplateApi
    standing: Standing
    users: str
    longest: Mapping[str, int] = field(default_factory=dict)
    takes_ids: bool = True
    """Whether the template can be sent to Zalo ids, as far as known."""

    async def send(self, address: str, message: Outgoing) -> str:
        """Send to a phone number; returns Zalo's id of the message. Raises DeliveryError."""
        now = self.context.clock()
        tracking_id = await self._begin(message.facts, now)
        try:
            sent = await self._request(address, message.facts, tracking_id)
        except RequestError as error:
            raise await self._failed(error, tracking_id, now) from None
        async with self.context.database.write() as conn:
            await template_messages.note_sent(conn, tracking_id, sent.message_id, now)
            await self.standing.note_sent(conn, sent, now)
        return sent.message_id

    async def _begin(self, facts: Mapping[str, str], now: datetime) -> str:
        """Check that it may be sent, and note that it leaves. Raises DeliveryError."""
        if not self.context.settings.zalo_template_basis.strip():
            raise SlowDown(
                "MOTCUA_ZALO_TEMPLATE_BASIS is empty: nothing is sent without a ground",
                seconds=WAIT_FOR_PERSON.total_seconds(),
                whole_bot=True,
            )
        if (left := seconds_of_night(self.context.settings, now)) > 0:
            raise SlowDown("no templates at night", seconds=left, whole_bot=True)
        number = facts.get("invitation", "")
        if not number.isdecimal():
            raise Rejected("only an invitation has a template")
        tracking_id = TRACKING.format(number=number)
        await self._note_try(int(number), tracking_id, now)
        return tracking_id

    async def _note_try(self, invitation_id: int, tracking_id: str, now: datetime) -> None:
        async with self.context.database.write() as conn:
            dossier_id = await template_messages.find_dossier(conn, invitation_id)
            if dossier_id is None:
                raise Rejected("the invitation is gone")
            if await template_messages.begin(conn, self.place, tracking_id, dossier_id, now):
                return
            before = await template_messages.find_of_dossier(conn, self.place, dossier_id)
        if before is not None and before.sent_at is not None:
            raise Rejected("a template about this dossier was sent before")
        raise Unknown("it left before and no answer came; it is not sent a second time")

    async def _request(self, address: str, facts: Mapping[str, str], tracking_id: str) -> Sent:
        data = template_data(params_from(self.context.settings), facts, self.longest)
        user_id = await self._find_user(address) if self._may_use_ids else None
        if user_id is not None:
            try:
                return await self.api.send_to_user(user_id, data)
            except Refused as error:
                if not self._is_about_id(error):
                    raise
        return await self.api.send_to_phone(address, data, tracking_id)

    @property
    def _may_use_ids(self) -> bool:
        """In development mode templates go to administrators' phones only."""
        chosen = self.context.settings
        is_live = chosen.zalo_template_mode == "live"
        return chosen.zalo_template_by_uid and self.takes_ids and is_live

    def _is_about_id(self, error: Refused) -> bool:
        """Whether it was refused because of the Zalo id: then the phone number may still do."""
        if error.code in NOT_BY_ID:
            self.takes_ids = False
            log.warning("the template cannot be sent to Zalo ids: phone numbers are used")
            return True
        return meaning_of(error).kind in {ErrorClass.CITIZEN, ErrorClass.WINDOW}

    async def _find_user(self, address: str) -> str | None:
        """The Zalo id of the person who shared this number with the Official Account."""
        ring = self.context.keyring()
        async with self.context.database.read() as conn:
            known = await contacts.find_by_phone(conn, ring.phone_key(address))
        sealed = next((one.address_sealed for one in known if self._is_user(one)), None)
        return ring.unseal(sealed) if sealed else None

    def _is_user(self, contact: Contact) -> bool:
        is_ours = (contact.channel, contact.bot) == (self.users, self.place.bot)
        return is_ours and contact.status is ContactStatus.ACTIVE

    async def _failed(self, error: RequestError, tracking_id: str, now: datetime) -> DeliveryError:
        """The delivery error; a message that certainly did not arrive may be tried again."""
        language = self.context.settings.lang
        found = outcome(error, language, now)
        async with self.context.database.write() as conn:
            if not isinstance(found, Unknown):
                await template_messages.forget(conn, tracking_id)
            if isinstance(error, Refused):
                await self.standing.note_refusal(conn, error, words_of(error, language), now)
        return self._for_all(error, found)

    def _for_all(self, error: RequestError, found: DeliveryError) -> DeliveryError:
        """What concerns every message makes all of them wait, instead of ending one by one."""
        if not isinstance(error, Refused):
            return found
        if error.code in OF_TEMPLATE:
            seconds = WAIT_FOR_PERSON.total_seconds()
            return SlowDown(found.reason, seconds=seconds, whole_bot=True)
        is_night = meaning_of(error).kind is ErrorClass.NIGHT
        if isinstance(found, SlowDown) and (error.code in OF_DAY or is_night):
            return SlowDown(found.reason, seconds=found.seconds, whole_bot=True)
        return found
