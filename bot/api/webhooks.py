"""Tells other systems by webhook that the survey about a dossier has reached a state."""

import asyncio
import hashlib
import hmac
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
import msgspec

from bot.api.shapes import SurveyChanged
from bot.api.webhook_policy import (
    PRIVATE,
    GuardedResolver,
    PrivateAddress,
    is_address,
    may_reach,
)
from bot.push_settings import networks
from bot.reasons import reason_of
from bot.repeating import repeat
from bot.settings import Settings
from surveys.privacy import Keyring
from surveys.store.base.database import Database
from surveys.store.pushing import api_tokens, webhooks
from surveys.store.pushing.api_tokens import System
from surveys.store.pushing.survey_states import SurveyState, state_of
from surveys.store.pushing.webhooks import Change, Event

POLL_SECONDS = 10.0
AT_ONCE = 200
"""Changes queued in one transaction."""
IN_FLIGHT = 8
TIMEOUT_SECONDS = 10.0
FIRST_MS, LONGEST_MS = 5_000, 3_600_000
GIVE_UP_MS = 72 * 3_600_000
"""An event that nobody took for three days has failed."""
MARGIN = timedelta(days=30)
"""How long after the last day to answer a survey is still watched for changes."""
GONE = 410
SIGNATURE, EVENT_ID = "Motcua-Signature", "Motcua-Event"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """Queues what changed, and sends it until it is taken."""

    database: Database
    settings: Settings
    keyring: Keyring
    clock: Callable[[], datetime]
    poll_seconds: float = POLL_SECONDS
    chance: Callable[[], float] = field(default=random.random)

    async def run(self) -> None:
        """Run until cancelled; a failure is retried after the pause."""
        trouble = "cannot tell other systems"
        await repeat(self.tell, every=self.poll_seconds, log=log, trouble=trouble)

    async def tell(self) -> None:
        """Queue every change, and send all that is due."""
        async with self.database.read_inline() as conn:
            hooks = await api_tokens.find_hooks(conn)
        if not hooks:
            return
        for system, _ in hooks.values():
            while await self._queue(system) == AT_ONCE:
                pass
        secrets = {number: self.keyring.unseal(sealed) for number, (_, sealed) in hooks.items()}
        systems = {number: system for number, (system, _) in hooks.items()}
        await self._send_due(systems, secrets)

    async def _queue(self, system: System) -> int:
        """Queue some changes in one transaction; returns how many there were."""
        since = self.clock() - self.settings.interview_lasts - MARGIN
        mine = None if system.unit is None else list(system.numbers.values())
        async with self.database.read() as conn:
            changes = await webhooks.find_changes(conn, system.id, since, mine, AT_ONCE)
        if not changes:
            return 0
        async with self.database.write() as conn:
            await webhooks.remember(conn, system.id, changes)
            told = [one for change in changes if (one := self._event(system, change))]
            await webhooks.queue(conn, system.id, told)
        return len(changes)

    def _event(self, system: System, change: Change) -> tuple[str, str] | None:
        """The event's key and body; None if the state looks the same as the one before."""
        state = state_of(change.after, answered=False)
        before = change.before and state_of(change.before, answered=False)
        if state in {before, SurveyState.NOT_ASKED}:
            return None
        key = f"{system.id}-{change.dossier_id}-{change.form}-{state}"
        told = SurveyChanged(
            id=key,
            kind="survey.changed",
            dossier=change.code,
            unit=change.unit,
            state=state,
            at=self.clock().astimezone(self.settings.zone).replace(microsecond=0),
        )
        return key, msgspec.json.encode(told).decode()

    async def _send_due(self, systems: dict[int, System], secrets: dict[int, str]) -> None:
        allowed = networks(self.settings.webhook_networks)
        connector = aiohttp.TCPConnector(resolver=GuardedResolver(allowed), limit=IN_FLIGHT)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
            while True:
                async with self.database.write() as conn:
                    due = await webhooks.claim(conn, IN_FLIGHT)
                if not due:
                    return
                sending = [self._send(http, one, systems, secrets) for one in due]
                await asyncio.gather(*sending)

    async def _send(
        self,
        http: aiohttp.ClientSession,
        event: Event,
        systems: dict[int, System],
        secrets: dict[int, str],
    ) -> None:
        system = systems.get(event.token_id)
        if system is None or system.webhook_url is None:
            await self._settle(event, webhooks.CANCELLED, None)
            return
        reason = await self._post(http, event, system.webhook_url, secrets[event.token_id])
        if reason is None:
            await self._settle(event, webhooks.DELIVERED, None)
        elif reason == f"http {GONE}" or event.age_ms > GIVE_UP_MS:
            await self._settle(event, webhooks.FAILED, reason)
        else:
            async with self.database.write() as conn:
                await webhooks.retry(conn, event.id, self._wait_ms(event.tries), reason)

    async def _post(
        self, http: aiohttp.ClientSession, event: Event, url: str, secret: str
    ) -> str | None:
        """Send it; returns why it was not taken, None if it was."""
        host = urlsplit(url).hostname or ""
        allowed = networks(self.settings.webhook_networks)
        if is_address(host) and not may_reach(host, host, allowed):
            return PRIVATE
        seconds = int(self.clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "motcua",
            EVENT_ID: event.event_key,
            SIGNATURE: f"t={seconds},v1={sign(secret, seconds, event.body)}",
        }
        try:
            async with http.post(
                url, data=event.body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                return None if answer.ok and answer.status < 300 else f"http {answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            cause = getattr(error, "os_error", error)
            return PRIVATE if isinstance(cause, PrivateAddress) else reason_of(error)

    async def _settle(self, event: Event, state: str, reason: str | None) -> None:
        async with self.database.write() as conn:
            await webhooks.settle(conn, event.id, state, reason)

    def _wait_ms(self, tries: int) -> int:
        """Doubled with each try, minus at most half by chance."""
        longest = min(FIRST_MS << min(tries - 1, 20), LONGEST_MS)
        return int(longest * (1 - self.chance() / 2))


def sign(secret: str, seconds: int, body: str) -> str:
    """HMAC-SHA-256 (hex) of the moment and the body: neither can be changed or sent again later."""
    return hmac.digest(secret.encode(), f"{seconds}.{body}".encode(), hashlib.sha256).hex()
