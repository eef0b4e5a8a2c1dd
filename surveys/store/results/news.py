"""News: what an office changed because of the answers, and who hears it.

A wish says that a contact answered about a unit and wants to hear what came of it; it names no
dossier. Nobody hears a piece twice: `news_told` has one row per piece and contact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, delete, exists, func, or_, select, update

from surveys.errors import Refusal
from surveys.period import Period
from surveys.store.asking.invitations import NO_WINDOWS, Windows, is_open, latest_consent
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import contacts, dossiers, news, news_told, news_wishes, units
from surveys.store.citizens.consents import Purpose
from surveys.store.citizens.contacts import ContactStatus
from surveys.store.dossiers.half_months import half_month


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPiece:
    """A piece of news to be approved; `unit` None: of the whole office."""

    unit: str | None
    period: Period
    words: str
    words_en: str | None
    officer: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of news; `told`: how many heard it."""

    id: int
    unit: str | None
    unit_name: str | None
    period: str
    words: str
    words_en: str | None
    added_by: str
    approved_by: str | None
    told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A contact that is to hear a piece of news."""

    news_id: int
    contact_id: int
    channel: str
    bot: str
    language: str
    unit_name: str | None
    words: str
    words_en: str | None


async def add(conn: Connection, new: NewPiece) -> int:
    """Keep a piece that waits for approval; returns its number."""
    unit_id = select(units.c.id).where(units.c.code == new.unit).scalar_subquery()
    made = insert(conn, news).values(
        unit_id=unit_id if new.unit is not None else None,
        period=new.period.id,
        starts_on=new.period.start,
        ends_on=new.period.end,
        words=new.words,
        words_en=new.words_en,
        added_by=new.officer,
        added_at=new.now,
    )
    return int((await conn.execute(made.returning(news.c.id))).scalar_one())


async def approve(conn: Connection, number: int, officer: str, now: datetime) -> None:
    """Let it be told. Raises Refusal `news.unknown`, `news.own` or `news.approved_before`."""
    row = (await conn.execute(select(news).where(news.c.id == number))).one_or_none()
    if row is None:
        raise Refusal("news.unknown", id=number)
    if row.approved_by is not None:
        raise Refusal("news.approved_before", id=number, name=row.approved_by)
    if row.added_by == officer:
        raise Refusal("news.own", id=number, name=officer)
    values = {"approved_by": officer, "approved_at": now}
    await conn.execute(update(news).where(news.c.id == number).values(**values))


async def list_all(conn: Connection, *, approved_only: bool = False) -> list[Piece]:
    """Every piece, the newest first."""
    heard = select(func.count()).where(news_told.c.news_id == news.c.id).scalar_subquery()
    names = ("id", "period", "words", "words_en", "added_by", "approved_by")
    query = (
        select(
            *(news.c[name] for name in names),
            units.c.code.label("unit"),
            units.c.name.label("unit_name"),
            heard.label("told"),
        )
        .join_from(news, units, units.c.id == news.c.unit_id, isouter=True)
        .order_by(news.c.id.desc())
    )
    if approved_only:
        query = query.where(news.c.approved_at.is_not(None))
    return [Piece(**row) for row in (await conn.execute(query)).mappings()]


async def wish_about(conn: Connection, contact_id: int, dossier_id: int) -> None:
    """Keep that this contact wants to hear what came of the answers about the dossier's unit; of
    the dossier only the half month of its return is kept."""
    query = select(dossiers.c.unit_id, dossiers.c.returned_at).where(dossiers.c.id == dossier_id)
    row = (await conn.execute(query)).one_or_none()
    day = half_month(row.returned_at.date()) if row and row.returned_at else None
    if row is not None and day is not None:
        wish = {"contact_id": contact_id, "unit_id": row.unit_id, "half_month": day}
        await conn.execute(insert(conn, news_wishes).values(**wish).on_conflict_do_nothing())


async def list_wishes(conn: Connection, contact_id: int) -> list[str]:
    """The names of the units about which the contact wants to hear."""
    query = select(units.c.name).join(news_wishes, news_wishes.c.unit_id == units.c.id).distinct()
    mine = query.where(news_wishes.c.contact_id == contact_id).order_by(units.c.name)
    return list((await conn.execute(mine)).scalars())


async def forget_wishes(conn: Connection, contact_id: int) -> None:
    """The contact wants to hear nothing more."""
    await conn.execute(delete(news_wishes).where(news_wishes.c.contact_id == contact_id))


async def forget_old_wishes(conn: Connection, before: date) -> int:
    """Delete wishes about answers from before this day; returns how many."""
    gone = await conn.execute(delete(news_wishes).where(news_wishes.c.half_month < before))
    return gone.rowcount


async def list_to_tell(
    conn: Connection, limit: int, *, windows: Windows = NO_WINDOWS
) -> list[Listener]:
    """Contacts that wish to hear an approved piece about their unit and time and have not."""
    about = and_(
        or_(news.c.unit_id.is_(None), news.c.unit_id == news_wishes.c.unit_id),
        news_wishes.c.half_month.between(news.c.starts_on, news.c.ends_on),
    )
    heard = exists().where(
        news_told.c.news_id == news.c.id, news_told.c.contact_id == news_wishes.c.contact_id
    )
    query = (
        select(
            news.c.id.label("news_id"),
            contacts.c.id.label("contact_id"),
            *(contacts.c[name] for name in ("channel", "bot", "language")),
            units.c.name.label("unit_name"),
            news.c.words,
            news.c.words_en,
        )
        .distinct()
        .select_from(news)
        .join(news_wishes, about)
        .join(contacts, contacts.c.id == news_wishes.c.contact_id)
        .outerjoin(units, units.c.id == news.c.unit_id)
        .where(news.c.approved_at.is_not(None), ~heard, is_open(windows))
        .where(contacts.c.status == ContactStatus.ACTIVE, latest_consent(Purpose.NEWS))
        .order_by(news.c.id, contacts.c.id)
        .limit(limit)
    )
    return [Listener(**row) for row in (await conn.execute(query)).mappings()]


async def note_told(conn: Connection, told: Sequence[Listener], now: datetime) -> None:
    """Keep who heard what; a second time is refused by the table's key."""
    rows = [{"news_id": one.news_id, "contact_id": one.contact_id, "told_at": now} for one in told]
    if rows:
        await conn.execute(news_told.insert(), rows)
