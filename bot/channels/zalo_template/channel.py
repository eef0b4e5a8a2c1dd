"""The template as a channel: it only sends, and to phone numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.channels.base import (
    Capacity,
    Channel,
    ChannelContext,
    ChannelTask,
    ChannelUnavailable,
    Finding,
    Limits,
    Put,
    Report,
)
from bot.channels.zalo.requests import RequestError
from bot.channels.zalo.vendor import Zalo
from bot.channels.zalo_template import NAME, TRAITS, setup
from bot.channels.zalo_template.reconcile import Reconciliation
from bot.channels.zalo_template.requests import TemplateApi, params_from
from bot.channels.zalo_template.sending import Sending
from bot.channels.zalo_template.standing import Standing
from bot.messages import Incoming, Outgoing
from surveys.store.asking.template_messages import Place

OFFICIAL_ACCOUNT = "zalo_oa"
"""The channel whose contacts are known by their Zalo ids."""


class ZaloTemplateChannel(Channel):
    """The template that the settings describe."""

    name = NAME
    traits = TRAITS

    def __init__(self, context: ChannelContext) -> None:
        """Raises Refusal `zalo.app_id`, `zalo.no_app_secret` or `zalo_template.params`."""
        self._context = context
        self._zalo = Zalo.of(context)
        params_from(context.settings)
        self.bot = context.settings.zalo_oa_app_id.strip()
        per_second = context.settings.zalo_template_per_second
        self.limits = Limits(per_second=per_second, per_chat_second=1.0, chat_burst=1)
        place = Place(channel=NAME, bot=self.bot)
        self._api = TemplateApi(api=self._zalo.api, settings=context.settings)
        self._standing = Standing(context=context, place=place)
        self._sending = Sending(
            context=context,
            place=place,
            api=self._api,
            standing=self._standing,
            users=OFFICIAL_ACCOUNT,
        )
        self.ratings = Reconciliation(context=context, place=place, api=self._api)

    async def start(self) -> None:
        """Write the ground for writing to phone numbers to the audit log, if it is new.

        Raises Refusal `zalo_template.no_basis`.
        """
        await setup.record_basis(self._context, self.bot)

    async def close(self) -> None:
        """Close the connections that the channels of Zalo share."""
        await self._zalo.close()

    def tasks(self, put: Put) -> Sequence[ChannelTask]:  # noqa: ARG002 - nothing is received here
        """The fetching of ratings."""
        return (ChannelTask(name="ratings", run=self.ratings.run),)

    async def prepare(self) -> None:
        """Learn how long the template's parameters may be. Raises RequestError."""
        info = setup.read_template(await self._api.template())
        self._sending.longest = info.longest

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:  # noqa: ARG002
        """Nothing comes in here: events come by the webhook of the Official Account."""
        return None

    async def send(self, address: str, message: Outgoing) -> str:
        """Send the template of an invitation to a phone number. Raises DeliveryError."""
        return await self._sending.send(address, message)

    async def daily_capacity(self) -> Capacity:
        """How many templates Zalo takes, today and on a whole day. Raises ChannelUnavailable."""
        now = self._context.clock()
        try:
            quota, quality = await self._api.quota(), await self._api.quality()
        except RequestError as error:
            raise ChannelUnavailable(error.reason) from None
        async with self._context.database.write() as conn:
            return await self._standing.note_answers(conn, quota, quality, now)

    async def report(self) -> Report:
        """Sent today, quota, how ratings are asked for, and what a person has to mend."""
        said = await self._standing.report()
        met = {f"ratings_by_{name.lower()}": n for name, n in self._api.methods.items()}
        return replace(said, numbers={**said.numbers, **met})

    async def check(self, *, fix: bool) -> Sequence[Finding]:  # noqa: ARG002 - nothing is mended
        """The ground, the template, its parameters, quota, quality and mode."""
        return await setup.inspect(self._context, self._api)
