"""Stars, reasons and note become a response of the form `zalo-rating`, exactly once.

They come by the event `user_feedback` and once more by `rating/get`. No event names the citizen: a
rating belongs to the message whose id it carries, or whose tracking id.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.channels.zalo.events import EventWork
from bot.channels.zalo_template import NAME
from surveys.form import Form, current, shipped_forms
from surveys.privacy import Keyring
from surveys.spelling import storable
from surveys.store.asking import invitations, template_messages
from surveys.store.asking.template_messages import Place, Tried
from surveys.store.base.connection import Connection
from surveys.store.results import responses
from surveys.typed_words import clean

FORM = "zalo-rating"
STARS, REASONS, NOTE = "stars", "reasons", "comment"
MOST_STARS = 5
BETWEEN_REASONS = "; "

log = logging.getLogger(__name__)


class Kept(StrEnum):
    """What became of a rating that came in."""

    STORED = "stored"
    AGAIN = "again"
    """It was stored before, or its message is not ours."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One rating as Zalo tells it; either id may be empty."""

    message_id: str
    tracking_id: str
    stars: int
    reasons: Sequence[str]
    note: str
    at: datetime | None


async def on_feedback(work: EventWork) -> None:
    """Store the rating of an event; one that is not ours or was stored is passed over."""
    found = rating_from(work.payload.get("message"))
    place = Place(channel=NAME, bot=work.bot)
    kept, ring = Kept.UNREADABLE, work.context.keyring()
    if found is not None:
        kept = await keep(work.conn, ring, place, found, work.now)
    if kept is not Kept.STORED:
        log.info("a rating was passed over: %s", kept)


async def on_received(work: EventWork) -> None:
    """Mark a message as delivered to the phone."""
    message = work.payload.get("message")
    if not isinstance(message, Mapping):
        return
    place = Place(channel=NAME, bot=work.bot)
    message_id, tracking_id = _text(message, "msg_id"), _text(message, "tracking_id")
    if message_id or tracking_id:
        at = _moment(message.get("delivery_time")) or work.now
        await template_messages.note_delivered(work.conn, place, message_id, tracking_id, at)


def rating_from(message: object) -> Rating | None:
    """Read a rating of an event or of `rating/get`, whose names differ; None for anything else."""
    if not isinstance(message, Mapping):
        return None
    stars = _text(message, "rate")
    message_id = _text(message, "msg_id", "msgId")
    tracking_id = _text(message, "tracking_id", "trackingId")
    is_whole = stars.isdecimal() and 1 <= int(stars) <= MOST_STARS
    if not is_whole or not (message_id or tracking_id):
        return None
    given = message.get("feedbacks")
    reasons = given if isinstance(given, list) else [given] if given else []
    return Rating(
        message_id=message_id,
        tracking_id=tracking_id,
        stars=int(stars),
        reasons=[_written(one) for one in reasons if _written(one)],
        note=_written(message.get("note")),
        at=_moment(message.get("submit_time") or message.get("submitDate")),
    )


async def keep(
    conn: Connection, ring: Keyring, place: Place, rating: Rating, now: datetime
) -> Kept:
    """Store a rating in the caller's transaction."""
    ids = rating.message_id, rating.tracking_id
    tried = await template_messages.take_rating(conn, place, *ids, now)
    if tried is None or await invitations.is_answered(conn, tried.dossier_id, FORM):
        return Kept.AGAIN
    await _store(conn, ring, tried, rating, now)
    return Kept.STORED


async def _store(
    conn: Connection, ring: Keyring, tried: Tried, rating: Rating, now: datetime
) -> None:
    form = _form(now)
    # A clock that is ahead at Zalo must not date an answer into the future.
    at = min(rating.at or now, now)
    reasons = BETWEEN_REASONS.join(rating.reasons)
    said = ((STARS, str(rating.stars), None), (REASONS, None, reasons), (NOTE, None, rating.note))
    for revision, (question, option, text) in enumerate(said, 1):
        if option or text:
            await responses.record_answer(
                conn,
                ring,
                dossier_id=tried.dossier_id,
                form=FORM,
                form_version=form.version,
                channel=NAME,
                contact_id=None,
                question=question,
                option=option,
                text=text,
                revision=revision,
                now=at,
            )
    await responses.finish(conn, dossier_id=tried.dossier_id, form=FORM, now=at)


def _form(now: datetime) -> Form:
    return current(shipped_forms(), FORM, now.date())


def _text(message: Mapping[str, Any], *names: str) -> str:
    found = next((message[name] for name in names if message.get(name) is not None), "")
    return str(found).strip()


def _written(words: object) -> str:
    """What somebody wrote, as other free texts are kept."""
    return clean(storable(str(words)))[0] if words else ""


def _moment(value: object) -> datetime | None:
    """Milliseconds since 1970, as a string or a number."""
    text = str(value or "").strip()
    if not text.isdecimal() or len(text) > 14:
        return None
    return datetime.fromtimestamp(int(text) / 1_000, UTC)
