"""Assembles the service: database, channels, inbox, worker, conversation, dispatcher."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web

import migrations
from bot.api.webhooks import Webhooks
from bot.asking.context import asking_context
from bot.asking.draw import Draw
from bot.asking.planner import Planner
from bot.channels import registry
from bot.channels.base import Channel, ChannelContext, Raw
from bot.conversation import Conversation
from bot.conversation.context import ConversationContext
from bot.delivery import Dispatcher
from bot.doorkeeper import Doorkeeper
from bot.health import Vitals
from bot.inbox import Inbox
from bot.memory import settle_down
from bot.notices import Notices
from bot.open_channels import OpenChannels
from bot.pulse import Pulse
from bot.refused_requests import RefusedRequests
from bot.repeats import Repeats
from bot.retention import Retention
from bot.sealing import open_text, seal_texts
from bot.server import Health, Listener, listen, make_metrics_server, make_server
from bot.settings import METRICS_SAME, Settings, is_safe_base
from bot.strangers import Strangers
from bot.trimming import Trimming
from bot.worker import Worker
from surveys.errors import Refusal
from surveys.form import Form, current, shipped_forms
from surveys.privacy import Keyring, link_token
from surveys.store.base.database import Database
from surveys.store.system import form_versions, meta
from surveys.texts import Catalog

DRAIN_SECONDS = 8.0
"""How long a stop waits for work in progress; the rest is on disk and continues after a start."""

TOKEN_BYTES = 16
SEED_BYTES = 8
Clock = Callable[[], datetime]
Part = Callable[[], Coroutine[Any, Any, None]]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """All parts of the service, assembled but not started."""

    settings: Settings
    database: Database
    channels: OpenChannels
    inbox: Inbox
    worker: Worker
    dispatcher: Dispatcher
    notices: Notices
    planner: Planner | None
    """None: it invites nobody by itself, by the settings or in the demo with its old dossiers."""
    vitals: Vitals
    retention: Retention | None
    """None: nothing is purged, as in the demo with its old dossiers."""
    webhooks: Webhooks
    strangers: Strangers
    trimming: Trimming
    clock: Clock

    async def health(self) -> Health:
        """Check whether a citizen who writes now would be answered."""
        return await self.vitals.health()


async def assemble(context: ChannelContext, more: Iterable[Channel] = ()) -> Service:
    """Check everything that can be checked before the start, and assemble the service.

    `more` are channels in addition to the configured ones. Raises Refusal if citizens would use
    plain http, the schema is not current, the key is a different one, a published form was changed,
    or a channel's settings are wrong.
    """
    settings, database = context.settings, context.database
    if settings.public_url and not is_safe_base(settings.public_url):
        raise Refusal("settings.not_https", name="MOTCUA_PUBLIC_URL", value=settings.public_url)
    await migrations.require_current(database)
    ring = context.keyring()
    strangers = Strangers(
        database=database, settings=settings, keyring=context.keyring, clock=context.clock
    )
    talk = ConversationContext(
        keyring=ring,
        forms=await _publish(settings, database, ring, context.clock()),
        texts=context.texts,
        settings=settings,
        traits=registry.all_traits(settings),
        is_no_stranger=strangers.take_off,
    )
    bounded = replace(context, strangers=strangers)
    return _wire(bounded, talk, strangers, [*registry.open_channels(bounded), *more])


def _wire(
    context: ChannelContext,
    talk: ConversationContext,
    strangers: Strangers,
    channels: Sequence[Channel],
) -> Service:
    database, clock = context.database, context.clock
    by_bot = {(channel.name, channel.bot): channel for channel in channels}
    dispatcher = Dispatcher(database, by_bot, talk.keyring, settings=talk.settings)
    handle = Conversation(context=talk).handle
    unseal, seal = partial(open_text, talk.keyring), partial(seal_texts, talk.keyring)
    repeats = Repeats(database=database, keyring=context.keyring, clock=clock)
    gate = Doorkeeper(
        strangers=strangers, repeats=repeats, channels=by_bot, catalog=partial(_catalog, talk)
    )
    worker = Worker(
        database, by_bot, handle, clock=clock, replies=dispatcher, unseal=unseal, gate=gate
    )
    kept = Inbox(database, talk.keyring, arrived=worker.start_new, seal=seal)
    opened = OpenChannels(channels=channels, put=partial(put_all, kept))
    vitals = _vitals(context, opened, talk.catalog(talk.settings.lang))
    return Service(
        settings=talk.settings,
        database=database,
        channels=opened,
        vitals=vitals(handling=worker, sending=dispatcher, strangers=strangers),
        retention=None if context.demo else _retention(context, talk),
        webhooks=_webhooks(context, talk),
        strangers=strangers,
        trimming=Trimming(database=database, settings=talk.settings, clock=clock),
        inbox=kept,
        worker=worker,
        dispatcher=dispatcher,
        notices=Notices(database, talk, clock=clock, told=dispatcher.wake),
        planner=_planner(context, talk, channels, dispatcher),
        clock=clock,
    )


def _vitals(context: ChannelContext, opened: OpenChannels, texts: Catalog) -> Callable[..., Vitals]:
    """All but the parts that are looked at."""
    return partial(
        Vitals,
        settings=context.settings,
        database=context.database,
        channels=opened.channels,
        states=opened.states,
        texts=texts,
        clock=context.clock,
    )


def _catalog(talk: ConversationContext, wanted: str) -> Catalog:
    return talk.catalog(talk.language(wanted))


def _planner(
    context: ChannelContext,
    talk: ConversationContext,
    channels: Sequence[Channel],
    dispatcher: Dispatcher,
) -> Planner | None:
    if context.demo or not talk.settings.invite_by_itself:
        return None
    asking = asking_context(talk, channels, lambda: link_token(secrets.token_bytes(TOKEN_BYTES)))
    return Planner(
        context.database,
        asking,
        Draw(context=asking, seed=lambda: secrets.token_hex(SEED_BYTES)),
        clock=context.clock,
        told=dispatcher.wake,
        by_phone=[one for one in channels if one.traits.reaches_by_phone],
    )


def _retention(context: ChannelContext, talk: ConversationContext) -> Retention:
    return Retention(
        database=context.database,
        settings=talk.settings,
        keyring=talk.keyring,
        clock=context.clock,
    )


def _webhooks(context: ChannelContext, talk: ConversationContext) -> Webhooks:
    return Webhooks(
        database=context.database,
        settings=talk.settings,
        keyring=talk.keyring,
        clock=context.clock,
    )


async def put_all(inbox: Inbox, channel: Channel, raws: Sequence[Raw]) -> None:
    """Persist updates of a channel, in their order; repeated ones change nothing."""
    kept = [
        inbox.put(
            channel=channel.name,
            bot=channel.bot,
            event_key=raw.event_key,
            address=raw.address,
            payload=raw.payload,
        )
        for raw in raws
    ]
    await (kept[0] if len(kept) == 1 else asyncio.gather(*kept))


async def _publish(
    settings: Settings, database: Database, ring: Keyring, now: datetime
) -> tuple[Form, ...]:
    """Publish the forms and return all their versions; published forms must not change.

    Raises Refusal `forms.unknown` if the configured form is not in force today.
    """
    shipped = shipped_forms()
    today = now.astimezone(settings.zone).date()
    async with database.write() as conn:
        await meta.require_same_key(conn, ring)
        await form_versions.register(conn, shipped, now)
    current(shipped, settings.form, today)
    return shipped


async def run(
    service: Service,
    routes: Iterable[web.AbstractRouteDef],
    stop: asyncio.Event,
    ready: Callable[[int], None],
) -> None:
    """Serve until `stop` is set, then finish the work in progress; calls `ready` with the port.

    Raises Refusal `serve.port_in_use`, or `serve.part_died` when a part ends by itself.
    """
    async with AsyncExitStack() as exits:
        refused = RefusedRequests()
        listener = await _listen(service, routes, refused)
        exits.push_async_callback(listener.close)
        await _listen_for_metrics(service, refused, exits)
        await service.channels.start(exits)
        tasks = [asyncio.create_task(run(), name=name) for name, run in _parts(service).items()]
        exits.push_async_callback(_end, tasks)
        exits.push_async_callback(_drain, service)
        receiving = service.channels.receive()
        exits.push_async_callback(_end, [*receiving, *service.channels.prepare()])
        settle_down()
        ready(listener.port)
        await _until(stop, [*tasks, *receiving])


def _parts(service: Service) -> dict[str, Part]:
    """The tasks that run as long as the service does, by name."""
    parts: dict[str, Part] = {
        "worker": service.worker.run,
        "dispatcher": service.dispatcher.run,
        "notices": service.notices.run,
        "webhooks": service.webhooks.run,
        "strangers": service.strangers.run,
        "pulse": Pulse(vitals=service.vitals, clock=service.clock).run,
    }
    if service.planner is not None:
        parts["planner"] = service.planner.run
    if service.retention is not None:
        parts["retention"] = service.retention.run
        parts["trimming"] = service.trimming.run
    return parts


async def _listen(
    service: Service, routes: Iterable[web.AbstractRouteDef], refused: RefusedRequests
) -> Listener:
    chosen = service.settings
    server = make_server(
        routes,
        service.health,
        has_metrics=chosen.metrics_listen == METRICS_SAME,
        is_https=chosen.public_url.startswith("https"),
        refused=refused,
    )
    return await listen(server, *chosen.address, behind_proxy=bool(chosen.proxy_header))


async def _listen_for_metrics(
    service: Service, refused: RefusedRequests, exits: AsyncExitStack
) -> None:
    """Serve metrics on their own listener; a port in use is logged and does not stop the bot."""
    address = service.settings.metrics_address
    if address is None:
        return
    try:
        listener = await listen(make_metrics_server(service.health, refused), *address)
    except Refusal as refusal:
        logger.warning("no metrics at %s:%s (%s): MOTCUA_METRICS_LISTEN", *address, refusal.code)
    else:
        exits.push_async_callback(listener.close)


async def _until(stop: asyncio.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    for task in done - {stopping}:
        reason = type(task.exception()).__name__ if task.exception() else "ended"
        raise Refusal("serve.part_died", part=task.get_name(), reason=reason) from task.exception()


async def _drain(service: Service) -> None:
    await service.inbox.finish()
    await service.worker.stop(DRAIN_SECONDS / 2)
    await service.dispatcher.stop(DRAIN_SECONDS / 2)


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
