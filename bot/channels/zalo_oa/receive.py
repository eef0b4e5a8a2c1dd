"""Receives Zalo's events: checks the signature and stores them, nothing else.

Zalo wants an answer within two seconds, delivers again after 30 seconds, 5, 15 and 30 minutes and
an hour, and then switches the webhook off. So everything that is signed gets a 200, also what is
not used and what cannot be read.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.channels.base import Put, Raw
from bot.channels.zalo.signature import HEADER, TIME_HEADER, Signed, Verifier
from bot.channels.zalo_oa.envelope import (
    Envelope,
    read_envelope,
    read_outside,
    stored,
    stored_unread,
)

PATH = "/zalo/webhook"
RETRY_HEADER = "num_retry"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What this process received: `events` by what became of them, `ignored` by name."""

    events: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where Zalo posts its events. `oa_id` is the only account whose events are taken (empty:
    any), `is_used` says whether anything is done about events of this name."""

    verifier: Verifier
    oa_id: str
    is_used: Callable[[str], bool]
    put: Put
    counts: Counts

    def routes(self) -> list[web.RouteDef]:
        """The webhook's route, for POST only."""
        return [web.post(PATH, self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """Store one event and answer 200; 403 without a valid signature.

        The console probes the address with an empty POST. If the event cannot be stored, the
        exception propagates, and Zalo delivers it again.
        """
        raw = await request.read()
        if not raw:
            self.counts.events["probe"] += 1
            return web.Response()
        envelope = read_envelope(raw)
        if not self.verifier.accepts(
            _header(request, HEADER), self._signed(request, raw, envelope)
        ):
            raise web.HTTPForbidden
        if request.headers.get(RETRY_HEADER, "0") not in {"", "0"}:
            self.counts.events["delivered_again"] += 1
        if found := self._found(raw, envelope):
            await self.put([found])
        return web.Response()

    def _signed(self, request: web.Request, raw: bytes, envelope: Envelope | None) -> Signed:
        return Signed(
            raw=raw,
            oa_id=self.oa_id or (envelope.account if envelope else ""),
            body_time=str(envelope.timestamp or "") if envelope else read_outside(raw).time,
            header_time=_header(request, TIME_HEADER),
        )

    def _found(self, raw: bytes, envelope: Envelope | None) -> Raw | None:
        """What is to be stored of it."""
        if envelope is None:
            return self._unread(raw)
        if self.oa_id and envelope.account not in {"", self.oa_id}:
            self.counts.events["of_another_account"] += 1
        elif envelope.by_account or not self.is_used(envelope.event_name):
            self._ignore(envelope.event_name)
        else:
            self.counts.events["stored"] += 1
            return stored(envelope, raw)
        return None

    def _unread(self, raw: bytes) -> Raw | None:
        """A new shape of an event that we use is set aside; of another one it does not matter."""
        name = read_outside(raw).name
        if name and not self.is_used(name):
            self._ignore(name)
            return None
        self.counts.events["unread"] += 1
        return stored_unread(raw)

    def _ignore(self, name: str) -> None:
        self.counts.events["ignored"] += 1
        if name not in self.counts.ignored:
            logger.info("events of the kind %.60r are not used", name)
        self.counts.ignored[name] += 1


def _header(request: web.Request, name: str) -> str:
    return request.headers.get(name, "").strip()
