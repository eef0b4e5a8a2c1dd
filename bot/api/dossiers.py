"""`POST /api/dossiers`: takes dossiers, row by row; a repeated request has no second effect."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import msgspec
from aiohttp import web

from bot.api.intake import Busy, Intake, Taken
from bot.api.problems import Refused
from bot.api.shapes import MOST_DOSSIERS, Oddity, Pushed, Reason, Rejection
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.importing import applying, staging
from surveys.store.pushing import api_requests
from surveys.store.pushing.api_requests import Answered
from surveys.store.pushing.api_tokens import System

KEY_HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
RETRY_SECONDS = 5
BUSY_TRIES, BUSY_PAUSE = 10, 0.3
"""How often and how long a request waits for a running import before it is sent away."""
_KEY = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
Rows = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushes:
    """Takes pushed dossiers in."""

    database: Database
    intake: Intake
    clock: Callable[[], datetime]

    async def take(self, request: web.Request, system: System, language: str) -> web.Response:
        """Take the rows of a request, or repeat the answer that its key got before.

        Raises Refused `key`, `not_json`, `no_dossiers`, `too_many_dossiers`, `other_body` or
        `busy`.
        """
        key, body = _key(request), await request.read()
        rows = read_rows(body)
        digest = hashlib.sha256(body).hexdigest()
        for _ in range(BUSY_TRIES):
            try:
                async with self.database.write() as conn:
                    return await self._take(conn, system, key, digest, rows, language)
            except Busy:
                await self._finish_dead()
                await asyncio.sleep(BUSY_PAUSE)
        raise Refused(503, "busy", {"Retry-After": str(RETRY_SECONDS)})

    async def _finish_dead(self) -> None:
        """Write an import whose process died after it was decided: else nobody might."""
        async with self.database.read() as conn:
            dead = await staging.is_dead(conn)
        if dead:
            await applying.finish(self.database)

    async def _take(
        self,
        conn: Connection,
        system: System,
        key: str | None,
        digest: str,
        rows: Rows,
        language: str,
    ) -> web.Response:
        """Everything in one transaction: the dossiers, and the answer under its key."""
        await staging.lock_turn(conn)
        before = await api_requests.find(conn, system.id, key) if key else None
        if before is not None:
            return _repeated(before, digest)
        told = pushed(await self.intake.take(conn, rows, system, language))
        text = msgspec.json.encode(told).decode()
        answered = Answered(body_hash=digest, status=200 if told.accepted else 422, answer=text)
        if key:
            await api_requests.keep(conn, system.id, key, answered, self.clock())
        return _response(answered)


def read_rows(body: bytes) -> Rows:
    """The rows of a body: one dossier, or `{"dossiers": […]}`.

    Raises Refused `not_json`, `no_dossiers` or `too_many_dossiers`.
    """
    try:
        read = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "not_json") from None
    several = read.get("dossiers") if isinstance(read, dict) and set(read) == {"dossiers"} else None
    rows = several if several is not None else [read]
    if not isinstance(rows, list) or not rows or not all(isinstance(one, dict) for one in rows):
        raise Refused(400, "no_dossiers")
    if len(rows) > MOST_DOSSIERS:
        raise Refused(413, "too_many_dossiers", most=MOST_DOSSIERS, count=len(rows))
    return rows


def pushed(taken: Taken) -> Pushed:
    """The answer for these rows."""
    return Pushed(
        rows=taken.rows,
        accepted=taken.accepted,
        rejected=len(taken.rejected),
        new=taken.new,
        changed=taken.changed,
        same=taken.same,
        import_id=taken.import_id,
        rejections=[
            Rejection(
                row=one.row,
                dossier=one.dossier,
                reason=Reason(code=one.code, column=one.column, message=one.message),
            )
            for one in taken.rejected
        ],
        warnings=[Oddity(**asdict(one)) for one in taken.odd],
    )


def _key(request: web.Request) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise Refused(400, "key", name=KEY_HEADER)
    return key


def _repeated(before: Answered, digest: str) -> web.Response:
    if before.body_hash != digest:
        raise Refused(422, "other_body", name=KEY_HEADER)
    response = _response(before)
    response.headers[REPLAYED] = "true"
    return response


def _response(answered: Answered) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(
        text=answered.answer, status=answered.status, content_type="application/json",
        headers=headers,
    )  # fmt: skip
