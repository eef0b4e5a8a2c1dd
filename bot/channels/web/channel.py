"""The web page as a channel: sending a message is adding a bubble that the page then shows."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.batching import Batcher, wait_at_most
from bot.channels.base import Channel, ChannelContext, Limits, Put, Raw
from bot.channels.web import NAME, TRAITS
from bot.channels.web.chat import make_chat
from bot.channels.web.chats import Page
from bot.messages import Incoming, IncomingKind, Outgoing
from bot.sealing import open_body, seal_body
from surveys.store.citizens import linked_dossiers, web_messages
from surveys.store.citizens.web_messages import Author, NewMessage, WebMessage
from surveys.store.personal_data import requests
from surveys.store.results import news
from surveys.store.results.news import Piece

KINDS = {"text": IncomingKind.TEXT, "tap": IncomingKind.TAP, "start": IncomingKind.START}
POLL_SECONDS = 2.0
"""The longest delay of a bubble written by another process."""
MAX_BATCH = 100
"""Bubbles in one transaction."""
PAGE = 20
"""Bubbles read at once for a stream."""
MOST_SHOWN = 200
"""Bubbles of a chat that a page can ask for again: a stranger may write without end, and would read
it all with every request."""


class Watchers:
    """Wakes the open pages of a chat when this process writes a bubble into it."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def wake(self, chat_key: str) -> None:
        """Signal a new bubble in this chat."""
        for event in self._waiting.get(chat_key, ()):
            event.set()

    @contextmanager
    def watching(self, chat_key: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the chat has something new."""
        event = asyncio.Event()
        self._waiting[chat_key].add(event)
        try:
            yield event
        finally:
            self._waiting[chat_key].discard(event)
            if not self._waiting[chat_key]:
                del self._waiting[chat_key]


class WebChannel(Channel):
    """The page's chat. Addresses are the random session ids of the pages' cookies.

    A second bot of this channel, `simulated`, has no page: its citizens are the demo's.
    """

    name = NAME
    traits = TRAITS
    limits = Limits(per_second=10_000.0, per_chat_second=10_000.0, chat_burst=1_000)

    def __init__(
        self, context: ChannelContext, *, bot: str = "page", simulated: bool = False
    ) -> None:
        self.bot = bot
        self.watchers = Watchers()
        self._context = context
        self._simulated = simulated
        self._bubbles = Batcher(self._keep, max_batch=MAX_BATCH)

    def routes(self, put: Put) -> Sequence[web.AbstractRouteDef]:
        """The page and the routes it uses."""
        return () if self._simulated else make_chat(self._context, self, put).routes()

    async def link(self, token: str) -> str:
        """The page with the token after the `#`, which browsers do not send: no log contains it."""
        settings = self._context.settings
        host, port = settings.address
        base = settings.public_url.rstrip("/") or f"http://{host}:{port}"
        return f"{base}/#{token}"

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        """Parse what `to_raw` stored. Raises Refusal `privacy.wrong_key`."""
        return self._incoming(self._session_of(payload), payload)

    def _incoming(self, session: str, payload: Mapping[str, Any]) -> Incoming | None:
        kind = KINDS.get(str(payload.get("kind")))
        if kind is None:
            return None
        return Incoming(
            channel=self.name,
            bot=self.bot,
            address=session,
            kind=kind,
            text=str(payload.get("text", "")),
            data=str(payload.get("data", "")),
            message_ref=str(payload["id"]),
            language=str(payload.get("language", "")),
            network=str(payload.get("network", "")),
            simulated=self._simulated,
        )

    def _session_of(self, payload: Mapping[str, Any]) -> str:
        """The session; unhandled posts stored by the first version contain it as plain text."""
        if "session" in payload:
            return str(payload["session"])
        return self._context.keyring().unseal(str(payload["sealed"]).encode("ascii"))

    def to_raw(self, session: str, event: Mapping[str, Any]) -> Raw:
        """Convert a page's post for storage; its id makes a repeated post harmless.

        The session opens the chat, so it is stored encrypted, and hashed in the key.
        """
        sealed = self._context.keyring().seal(session).decode("ascii")
        body = json.dumps({**event, "sealed": sealed}, ensure_ascii=False)
        key = f"{self.chat_key(session)}:{event['id']}"
        return Raw(event_key=key, address=session, payload=body.encode(errors="replace"))

    async def takes(self, session: str, event: Mapping[str, Any]) -> bool:
        """Whether the post is kept: strangers may have used up what they may store."""
        strangers = self._context.strangers
        come = self._incoming(session, event)
        return strangers is None or come is None or not await strangers.refuses(come)

    async def acknowledge(self, incoming: Incoming) -> None:
        """Show the citizen's own message, once, in whichever process handles the update first."""
        if incoming.kind is IncomingKind.START:
            return
        await self._add(incoming.address, Author.CITIZEN, incoming.text, incoming.message_ref)

    async def send(self, address: str, message: Outgoing) -> str:
        """Add a bubble with its buttons."""
        return str(await self._add(address, Author.BOT, message))

    def chat_key(self, session: str) -> str:
        """The key under which the bubbles of a session are stored."""
        return self._context.keyring().chat_key(self.name, self.bot, session)

    async def follows(self, session: str) -> bool:
        """Whether the citizen of this session waits to hear of a dossier."""
        async with self._context.database.read_inline() as conn:
            return await linked_dossiers.follows_any(
                conn, self.name, self.bot, self.chat_key(session)
            )

    async def news(self) -> Sequence[Piece]:
        """The approved pieces of news, the newest first."""
        async with self._context.database.read_inline() as conn:
            return await news.list_all(conn, approved_only=True)

    async def end(self, session: str) -> None:
        """End the session: its cookie no longer opens the chat, and its bubbles are deleted."""
        chat_key = self.chat_key(session)
        async with self._context.database.write() as conn:
            await requests.end_session(conn, self.name, self.bot, chat_key)
        self.watchers.wake(chat_key)

    async def messages(self, session: str, last_id: int) -> AsyncGenerator[Page]:
        """The messages after `last_id`, then new ones as they are written, while the page listens.

        Yields an empty page every few seconds, so that a dead connection is noticed.
        """
        chat_key = self.chat_key(session)
        async with self._context.database.read_inline() as conn:
            last_id = max(last_id, await web_messages.find_start(conn, chat_key, MOST_SHOWN))
        with self.watchers.watching(chat_key) as changed:
            while True:
                changed.clear()
                async with self._context.database.read_inline() as conn:
                    found = await web_messages.list_after(conn, chat_key, last_id, PAGE)
                last_id = found[-1].id if found else last_id
                page = Page(self._decrypt(found), is_last=len(found) < PAGE)
                yield page
                if page.is_last:
                    await wait_at_most(changed, POLL_SECONDS)

    def _decrypt(self, found: Sequence[WebMessage]) -> Sequence[WebMessage]:
        ring = self._context.keyring()
        return [replace(one, body=open_body(ring, one.body)) for one in found]

    async def _add(
        self, session: str, author: Author, what: Outgoing | str, event_key: str | None = None
    ) -> int | None:
        said = {"text": what} if isinstance(what, str) else what.as_json()
        body = seal_body(self._context.keyring(), said)
        chat_key = self.chat_key(session)
        number = await self._bubbles.submit(
            NewMessage(
                chat_key=chat_key,
                author=author,
                body=body,
                at=self._context.clock(),
                event_key=event_key,
            )
        )
        self.watchers.wake(chat_key)
        return number

    async def _keep(self, bubbles: Sequence[NewMessage]) -> Sequence[int | None]:
        async with self._context.database.write() as conn:
            return [await web_messages.add(conn, bubble) for bubble in bubbles]
