"""The token chain: one refresher over all processes, and a usable pair after a crash.

An access token lives 25 hours, a refresh token works once. A process that renews takes a lease,
commits its intent, exchanges the refresh token, and commits the new pair before anybody uses it
(`surveys/store/system/token_chains.py`). If it dies in between, the next one exchanges the same
refresh token again: either it was not used yet, or Zalo refuses it and a person has to authorise
again. The queue waits in both cases.
"""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from bot.channels.zalo.errors import ends_the_chain
from bot.channels.zalo.oauth import OAuth, Pair
from bot.channels.zalo.requests import NoToken, Refused, RequestError, Unsent
from bot.reasons import reason_of
from surveys.errors import Refusal
from surveys.privacy import Keyring
from surveys.store.base.database import Database
from surveys.store.system import token_chains
from surveys.store.system.token_chains import Chain, NewPair

LEASE_MS = 30_000
"""Longer than the token endpoint may take (`bot.json_requests`)."""
LOOK_SECONDS = 15.0
"""How long a token is used without looking whether another process has renewed it."""
WAIT_SECONDS = 12.0
"""How long a request waits for the process that renews."""
POLL_SECONDS = 0.2
INSIST_SECONDS = 600.0
"""How long to insist on storing a new pair, which exists nowhere else."""
FIRST_RETRY_MS, LAST_RETRY_MS = 10_000, 900_000
HOUR_MS = 3_600_000
NOT_AUTHORISED = "the Official Account has not authorised the app yet: motcua zalo authorize"
LOST = "a person has to authorise again: motcua zalo authorize"
INTERRUPTED = "a renewal was interrupted and its tokens are lost"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token, and the generation of its pair."""

    text: str
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRules:
    """`refresh_ms`: age at which a pair is renewed; `life_ms`: how long a refresh token lives;
    `lost_codes`: refusals after which it is lost, besides those of the table."""

    refresh_ms: int
    life_ms: int
    lost_codes: frozenset[int] = frozenset()


class TokenChain:
    """The tokens of one app, shared by every process that has the database and the key."""

    def __init__(
        self,
        database: Database,
        keyring: Callable[[], Keyring],
        oauth: OAuth,
        *,
        name: str,
        rules: ChainRules,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._oauth = oauth
        self._name = name
        self._rules = rules
        self._owner = uuid4().hex
        self.refusals: Counter[str] = Counter()
        """Refusals of the token endpoint by what they were taken for and their code (0: words
        only), since this process began."""
        self._known: Token | None = None
        self._look_at = 0.0
        self._lock = asyncio.Lock()
        self._storing: set[asyncio.Task[Token]] = set()

    async def access(self) -> Token:
        """The current access token. Raises NoToken."""
        if self._known is not None and time.monotonic() < self._look_at:
            return self._known
        chain = await self.find()
        if chain is None:
            raise NoToken(NOT_AUTHORISED, is_lost=True)
        if chain.access_until_ms > chain.now_ms:
            return self._remember(chain)
        return await self._renewed(chain.generation)

    async def after_refusal(self, token: Token) -> Token:
        """A token after Zalo refused this one: one that another process brought meanwhile, else a
        new one. Raises NoToken."""
        self._known = None
        chain = await self.find()
        if chain is not None and chain.generation != token.generation:
            return self._remember(chain)
        return await self._renewed(token.generation)

    async def find(self) -> Chain | None:
        """The chain as it is in the database."""
        async with self._database.read() as conn:
            return await token_chains.find(conn, self._name)

    async def tend(self) -> None:
        """Renew if it is time, or if the outcome of a renewal is unknown. Never raises NoToken."""
        chain = await self.find()
        if chain is None or chain.is_lost or chain.is_leased(LEASE_MS) or not self._is_due(chain):
            return
        try:
            await self._renewed(chain.generation)
        except NoToken as error:
            log.error("the access token is not renewed: %s", error.reason)

    async def authorize_by_code(self, code: str, verifier: str) -> None:
        """Exchange an authorization code and store the pair. Raises RequestError."""
        await self._store(await self._oauth.by_code(code, verifier))

    async def authorize_by_refresh_token(self, token: str) -> None:
        """Exchange a refresh token that a person brought, and store the pair. Raises RequestError.

        If there is no usable pair, it is stored before it is used, so that a crash loses nothing.
        """
        chain = await self.find()
        if chain is not None and not chain.is_lost:
            await self._store(await self._oauth.by_refresh_token(token))
            return
        async with self._database.write() as conn:
            await token_chains.replace(conn, self._name, self._sealed("", token, 0))
        chain = await self.find()
        await self._renewed(chain.generation if chain else 0)

    async def close(self) -> None:
        """Wait until a new pair is stored."""
        if self._storing:
            await asyncio.wait(self._storing, timeout=INSIST_SECONDS)

    def _is_due(self, chain: Chain) -> bool:
        age = chain.now_ms - chain.renewed_ms
        is_fresh = -HOUR_MS <= age < self._rules.refresh_ms
        return chain.intent_ms > 0 or not is_fresh or chain.access_until_ms <= chain.now_ms

    async def _renewed(self, generation: int) -> Token:
        """The pair after this generation: from this process or another. Raises NoToken."""
        async with self._lock:
            begun = await self._begin(generation)
            if begun is None:
                return await self._await_other(generation)
            # A cancelled request must not throw away the only copy of a new pair.
            task = asyncio.create_task(self._exchange(begun))
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)
            return await asyncio.shield(task)

    async def _begin(self, generation: int) -> Chain | None:
        async with self._database.write() as conn:
            return await token_chains.begin(conn, self._name, self._owner, LEASE_MS, of=generation)

    async def _await_other(self, generation: int) -> Token:
        """Wait for the process that renews."""
        ends = time.monotonic() + WAIT_SECONDS
        while True:
            chain = await self.find()
            if chain is None:
                raise NoToken(NOT_AUTHORISED, is_lost=True)
            if chain.generation != generation and chain.access_until_ms > chain.now_ms:
                return self._remember(chain)
            if chain.is_lost:
                raise NoToken(f"{chain.reason}; {LOST}", is_lost=True)
            if not chain.is_leased(LEASE_MS) or time.monotonic() > ends:
                raise NoToken(chain.reason or "another process renews the token", is_lost=False)
            await asyncio.sleep(POLL_SECONDS)

    async def _exchange(self, chain: Chain) -> Token:
        """Spend the refresh token; the intent is committed. Raises NoToken."""
        try:
            _, refresh = self._opened(chain)
            pair = await self._oauth.by_refresh_token(refresh)
        except Refusal as error:
            await self._lose(chain, error.code)
        except Refused as error:
            is_end = ends_the_chain(error) or error.code in self._rules.lost_codes
            self.refusals[f"{'lost' if is_end else 'kept'}_{abs(error.code)}"] += 1
            if is_end:
                await self._lose(chain, f"{INTERRUPTED if chain.intent_ms else 'refused'}: {error}")
            await self._put_off(chain, error)
        except RequestError as error:
            await self._put_off(chain, error)
        else:
            return await self._keep(pair, chain.generation)
        raise AssertionError("every failure raises")

    async def _keep(self, pair: Pair, generation: int) -> Token:
        """Commit the new pair, however often the database fails meanwhile."""
        sealed = self._sealed(
            pair.access.get_secret_value(), pair.refresh.get_secret_value(), pair.seconds
        )
        ends, pause = time.monotonic() + INSIST_SECONDS, POLL_SECONDS
        while True:
            try:
                async with self._database.write() as conn:
                    await token_chains.commit(conn, self._name, sealed, of=generation)
                break
            except Exception as error:
                log.error("the new tokens are not stored yet: %s", reason_of(error))
                if time.monotonic() > ends:
                    raise
            await asyncio.sleep(pause)
            pause = min(2 * pause, 5.0)
        log.info("the access token was renewed")
        chain = await self.find()
        if chain is None:
            raise NoToken(NOT_AUTHORISED, is_lost=True)
        return self._remember(chain)

    async def _put_off(self, chain: Chain, error: RequestError) -> None:
        retry_ms = min(FIRST_RETRY_MS << min(chain.failures, 10), LAST_RETRY_MS)
        async with self._database.write() as conn:
            await token_chains.put_off(
                conn,
                chain,
                self._owner,
                error.reason,
                retry_in_ms=retry_ms,
                is_unsent=isinstance(error, Unsent),
            )
        raise NoToken(error.reason, is_lost=False)

    async def _lose(self, chain: Chain, reason: str) -> None:
        async with self._database.write() as conn:
            await token_chains.lose(conn, chain, self._owner, reason)
        log.error("%s (%s)", LOST, reason)
        raise NoToken(f"{reason}; {LOST}", is_lost=True)

    async def _store(self, pair: Pair) -> None:
        sealed = self._sealed(
            pair.access.get_secret_value(), pair.refresh.get_secret_value(), pair.seconds
        )
        async with self._database.write() as conn:
            await token_chains.replace(conn, self._name, sealed)

    def _sealed(self, access: str, refresh: str, seconds: int) -> NewPair:
        pair = json.dumps({"access": access, "refresh": refresh})
        return NewPair(
            sealed=self._keyring().seal(pair),
            access_ms=seconds * 1_000,
            refresh_ms=self._rules.life_ms,
        )

    def _opened(self, chain: Chain) -> tuple[str, str]:
        """Access and refresh token. Raises Refusal `privacy.wrong_key`."""
        pair = json.loads(self._keyring().unseal(chain.sealed))
        return pair["access"], pair["refresh"]

    def _remember(self, chain: Chain) -> Token:
        """Use the chain's access token for a while. Raises NoToken."""
        try:
            access, _ = self._opened(chain)
        except Refusal as error:
            raise NoToken(error.code, is_lost=True) from None
        if not access or chain.access_until_ms <= chain.now_ms:
            raise NoToken(chain.reason or LOST, is_lost=chain.is_lost)
        left = (chain.access_until_ms - chain.now_ms) / 1_000
        self._look_at = time.monotonic() + min(LOOK_SECONDS, left)
        self._known = Token(text=access, generation=chain.generation)
        return self._known
