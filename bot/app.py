"""The one place that wires it all: database, channels, inbox, worker, conversation, dispatcher."""

import asyncio
import gc
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, repeat
from typing import Any

from aiohttp import web

import migrations
from bot.channels.base import Channel
from bot.channels.telegram import setup
from bot.channels.telegram.channel import TelegramChannel, open_channel
from bot.channels.telegram.receive import Poller, Raw, Webhook
from bot.channels.web import WebChannel
from bot.conversation import Conversation
from bot.conversation.context import ConversationContext
from bot.delivery import Dispatcher
from bot.inbox import Inbox
from bot.notices import Notices
from bot.server import Health, listen, make_server, port_of
from bot.settings import Settings, is_safe_base, keyring
from bot.texts import load_texts
from bot.visitors import Visitors
from bot.webchat import WebChat
from bot.worker import Worker
from surveys.errors import Refusal
from surveys.form import Form, current, shipped_forms
from surveys.privacy import Keyring
from surveys.store.base.database import Database
from surveys.store.queues import inbox, outbox
from surveys.store.system import form_versions, meta
from surveys.texts import Catalog

DRAIN_SECONDS = 8.0
"""How long a stop waits for what is in work; the rest is on disk and goes on after the start."""
SETUP_PAUSES = (5.0, 15.0, 60.0, 300.0)
"""Seconds between tries to set a bot up; the last one stays."""

Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Everything that runs, put together and not started."""

    settings: Settings
    database: Database
    keyring: Keyring
    page: WebChannel
    telegram: TelegramChannel | None
    texts: Mapping[str, Catalog]
    inbox: Inbox
    worker: Worker
    dispatcher: Dispatcher
    notices: Notices
    clock: Clock

    async def put(self, channel: Channel, key: str, address: str, payload: str) -> bool:
        """Persist one raw update of a channel; False when it was there already."""
        return await self.inbox.put(
            channel=channel.name, bot=channel.bot, event_key=key, address=address, payload=payload
        )

    def routes(self, *, demo: bool = False) -> list[web.AbstractRouteDef]:
        """The page, and the webhooks of the channels that have one."""
        chat = WebChat(
            channel=self.page,
            put=partial(self.from_page, self.page),
            visitors=Visitors(per_minute=self.settings.page_posts_per_minute, clock=time.monotonic),
            proxy_header=self.settings.proxy_header,
            title=self.settings.authority,
            secure=self.settings.public_url.startswith("https"),
            demo=demo,
        )
        return [*chat.routes(), *self._webhooks()]

    async def health(self) -> Health:
        """Whether the database answers, and what waits in the queues."""
        try:
            async with self.database.read() as conn:
                came = await inbox.waiting(conn)
                goes = await outbox.waiting(conn)
        except Exception:
            logger.exception("the database does not answer")
            return Health(parts={"database": "unreachable"}, queues={})
        queues = {("inbox", str(state)): count for state, count in came.items()}
        queues |= {("outbox", str(state)): count for state, count in goes.items()}
        return Health(parts={"database": "ok"}, queues=queues)

    async def from_page(
        self, page: WebChannel, session: str, key: str, payload: dict[str, Any]
    ) -> bool:
        """Persist what somebody did on a page."""
        return await self.put(page, key, session, json.dumps(payload, ensure_ascii=False))

    def _webhooks(self) -> list[web.RouteDef]:
        if self.telegram is None or self.settings.telegram_mode != "webhook":
            return []
        secret = self.settings.telegram_webhook_secret
        return Webhook(
            secret=secret.get_secret_value() if secret else "", put=self.from_telegram
        ).routes()

    async def from_telegram(self, raws: Sequence[Raw]) -> None:
        """Persist updates of Telegram's, in their order."""
        if self.telegram is not None:
            keeping = [
                self.put(self.telegram, raw.event_key, raw.address, raw.payload) for raw in raws
            ]
            await asyncio.gather(*keeping)


async def assemble(
    settings: Settings, database: Database, clock: Clock, more: Iterable[Channel] = ()
) -> Service:
    """Check everything that can be checked before the first citizen comes, and wire it.

    `more` are channels beside the configured ones. Raises Refusal: citizens would reach us by
    plain http, the schema is not current, the key is another one, a published form was changed,
    a text is missing.
    """
    if settings.public_url and not is_safe_base(settings.public_url):
        raise Refusal("settings.not_https", name="MOTCUA_PUBLIC_URL", value=settings.public_url)
    await migrations.require_current(database)
    ring, texts = keyring(settings), load_texts()
    published = await _publish(settings, database, ring, clock())
    page = WebChannel(database, ring, clock)
    telegram = open_channel(settings) if settings.telegram_token else None
    channels = {(c.name, c.bot): c for c in (page, telegram, *more) if c is not None}
    context = ConversationContext(keyring=ring, forms=published, texts=texts, settings=settings)
    dispatcher = Dispatcher(database, channels, ring, settings=settings)
    worker = Worker(
        database, channels, Conversation(context=context).handle, clock=clock, replies=dispatcher
    )
    notices = Notices(database, context, clock=clock, told=dispatcher.wake)
    return Service(
        settings=settings,
        database=database,
        keyring=ring,
        page=page,
        telegram=telegram,
        texts=texts,
        inbox=Inbox(database, ring, arrived=worker.arrived),
        worker=worker,
        dispatcher=dispatcher,
        notices=notices,
        clock=clock,
    )


async def _publish(
    settings: Settings, database: Database, ring: Keyring, now: datetime
) -> dict[str, Form]:
    """The forms in force today, by id; what was published before must not have changed.

    Raises Refusal `forms.unknown` when the form that is to be asked is not among them.
    """
    shipped = shipped_forms()
    today = now.astimezone(settings.zone).date()
    async with database.write() as conn:
        await meta.same_key(conn, ring.fingerprint())
        await form_versions.register(conn, shipped, now)
    current(shipped, settings.form, today)
    return {form.id: current(shipped, form.id, today) for form in shipped if form.valid_on(today)}


async def run(
    service: Service,
    routes: Iterable[web.AbstractRouteDef],
    stop: asyncio.Event,
    ready: Callable[[int], None],
) -> None:
    """Serve until `stop` is set, then finish what is in work; `ready` is told the port.

    Raises Refusal `serve.port_in_use`, or `serve.part_died` when a part ends by itself.
    """
    async with AsyncExitStack() as exits:
        runner = await listen(make_server(routes, service.health), *service.settings.address)
        exits.push_async_callback(runner.cleanup)
        if service.telegram is not None:
            await service.telegram.start()
            exits.push_async_callback(service.telegram.close)
        tasks = [asyncio.create_task(service.worker.run(), name="worker")]
        tasks.append(asyncio.create_task(service.dispatcher.run(), name="dispatcher"))
        tasks.append(asyncio.create_task(service.notices.run(), name="notices"))
        exits.push_async_callback(_end, tasks)
        exits.push_async_callback(_drain, service)
        arriving = await _arrivals(service, exits)
        _settle_down()
        ready(port_of(runner))
        await _until(stop, [*tasks, *arriving])
        await _end(arriving)


def _settle_down() -> None:
    """What is loaded by now stays: the garbage collector need not look through it again, which
    would stop everything for a tenth of a second each time."""
    gc.collect()
    gc.freeze()


async def _arrivals(service: Service, exits: AsyncExitStack) -> list[asyncio.Task[None]]:
    """Start what fetches updates: the long polling of channels that have it."""
    if service.telegram is None:
        return []
    wanted = setup.wanted_from(service.settings, service.texts)
    preparing = asyncio.create_task(_prepare(service.telegram, wanted), name="telegram set-up")
    exits.push_async_callback(_end, [preparing])
    if service.settings.telegram_mode == "webhook":
        return []
    poller = Poller(service.telegram.api, service.from_telegram)
    return [asyncio.create_task(poller.run(), name="telegram polling")]


async def _prepare(telegram: TelegramChannel, wanted: setup.Wanted) -> None:
    """Set the bot up at Telegram, however long Telegram cannot be reached."""
    for pause in chain(SETUP_PAUSES, repeat(SETUP_PAUSES[-1])):
        try:
            await setup.prepare(telegram.api, wanted)
        except Exception as error:
            name = type(error).__name__
            logger.warning("Telegram is not set up (%s): see `motcua telegram check`", name)
        else:
            return
        await asyncio.sleep(pause)


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
