"""The figures of a period to be shown: the signed ones if it is closed, else today's."""

from dataclasses import dataclass, replace

from admin.closing import freezing
from admin.closing.mark import Mark
from admin.kit.runtime import Runtime
from admin.rating.result import PastPeriod, RatingResult, read_rating
from admin.rating.rulebooks import chosen
from admin.rating.unit_evidence import unit_evidence, with_mergers
from scoring.comparison import compare
from scoring.law import Rulebook
from scoring.rating import Rating, rate
from surveys.errors import Refusal
from surveys.period import Period, previous, year_before
from surveys.store.base.connection import Connection
from surveys.store.results import closings, ratings
from surveys.store.results.closings import Closing


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked of a rating: a rulebook, other policies, today's figures of a closed period."""

    rulebook: str | None = None
    policies: tuple[str, ...] = ()
    live: bool = False


async def read_mark(
    conn: Connection, runtime: Runtime, period: Period, *, live: bool
) -> Mark | None:
    """The mark of a closed period; None for an open one. A reopened one is said on stderr."""
    last = await closings.find_last(conn, period)
    if last is None:
        return None
    if not last.is_closed:
        told = {"number": last.number, "at": runtime.local(last.at), "reason": last.reason}
        runtime.say_once("closing.marks.reopened", period=period.id, officer=last.officer, **told)
        return None
    return mark_of(runtime, last, live=live)


def mark_of(runtime: Runtime, closing: Closing, *, live: bool = False) -> Mark:
    """The mark of a closing."""
    return Mark(
        number=closing.number,
        at=runtime.local(closing.at),
        officer=closing.officer,
        digest=closing.digest,
        live=live,
    )


async def show_rating(
    conn: Connection, runtime: Runtime, period: Period, wish: Wish
) -> RatingResult:
    """The rating to show, marked if the period is closed.

    Raises Refusal `closing.other_rulebook` if other rules are wanted than those signed by, and as
    `chosen` and `read_rating`.
    """
    signed = await find_signed(conn, runtime, period, wish)
    if signed is not None:
        return signed
    mark = await read_mark(conn, runtime, period, live=True)
    rules = await live_rules(conn, runtime, period, wish)
    return replace(await read_rating(conn, rules, period), mark=mark)


async def live_rules(conn: Connection, runtime: Runtime, period: Period, wish: Wish) -> Rulebook:
    """The rulebook for today's figures: the wanted one, else the one that the period was closed
    by, else the usual one. Raises as `chosen`.
    """
    closing = await closings.find_in_force(conn, period)
    if closing is None or wish.rulebook is not None or wish.policies:
        return chosen(runtime, wish.rulebook, wish.policies, period)
    return (await signed_rating(conn, closing)).rulebook


async def find_signed(
    conn: Connection, runtime: Runtime, period: Period, wish: Wish
) -> RatingResult | None:
    """The signed rating, marked; None if the period is open or today's figures are wanted.

    Raises Refusal `closing.other_rulebook`.
    """
    closing = await closings.find_in_force(conn, period)
    if closing is None or wish.live:
        return None
    result = await signed_rating(conn, closing)
    _require_same_rules(runtime, result, wish)
    return replace(result, mark=mark_of(runtime, closing))


async def show_officials(
    conn: Connection, runtime: Runtime, period: Period, *, live: bool
) -> tuple[freezing.Officials, Mark | None]:
    """The outcomes by unit and official to show, with the mark of a closed period."""
    mark = await read_mark(conn, runtime, period, live=live)
    if mark is None or live:
        return await ratings.count_by_officer(conn, period), mark
    closing = await require_in_force(conn, period)
    text = await closings.read_part(conn, closing, freezing.OFFICIALS)
    return freezing.officials_from(text or "[]"), mark


async def with_past(conn: Connection, runtime: Runtime, now: RatingResult) -> RatingResult:
    """A copy compared with the period before and the same one a year earlier, each as signed."""
    preset = runtime.settings.periods
    past = []
    for period in filter(None, (previous(now.period, preset), year_before(now.period, preset))):
        before = await _past_rating(conn, period, now)
        past.append(PastPeriod(period=period, comparison=compare(now.rating, before)))
    return replace(now, past=tuple(past))


async def signed_rating(conn: Connection, closing: Closing) -> RatingResult:
    """The rating that was signed. Raises Refusal `closing.broken`."""
    return freezing.rating_from(await read_part(conn, closing, freezing.RATING))


async def _past_rating(conn: Connection, period: Period, now: RatingResult) -> Rating:
    """An earlier period by the same rulebook, from the signed evidence where there is some; units
    merged since are counted with their successors.
    """
    book, last_day = now.rulebook, now.period.end
    closing = await closings.find_in_force(conn, period)
    signed = None if closing is None else await signed_rating(conn, closing)
    if signed is None:
        read = await unit_evidence(conn, book, period, as_of=last_day)
        return rate(book, read.evidence)
    read = await with_mergers(conn, book, last_day, signed.read)
    if read is signed.read and _same_rules(signed.rulebook, book):
        return signed.rating
    return rate(book, read.evidence)


async def require_in_force(conn: Connection, period: Period) -> Closing:
    """The closing in force. Raises Refusal `closing.not_closed`."""
    closing = await closings.find_in_force(conn, period)
    if closing is None:
        raise Refusal("closing.not_closed", period=period.id)
    return closing


async def read_part(conn: Connection, closing: Closing, name: str) -> str:
    """The JSON text of a part that every closing has. Raises Refusal `closing.broken`."""
    text = await closings.read_part(conn, closing, name)
    if text is None:
        raise Refusal("closing.broken", period=closing.period.id, part=name)
    return text


def _require_same_rules(runtime: Runtime, signed: RatingResult, wish: Wish) -> None:
    if wish.rulebook is None and not wish.policies:
        return
    book = chosen(runtime, wish.rulebook or signed.rulebook.id, wish.policies, signed.period)
    if not _same_rules(book, signed.rulebook):
        told = {"period": signed.period.id, "rulebook": signed.rulebook.id}
        raise Refusal("closing.other_rulebook", **told)


def _same_rules(one: Rulebook, other: Rulebook) -> bool:
    """The same files and the same choices."""
    pairs = [(getattr(one, n), getattr(other, n)) for n in ("id", "checksum", "base_checksum")]
    return all(x == y for x, y in pairs) and _choices(one) == _choices(other)


def _choices(book: Rulebook) -> dict[str, str]:
    return {name: policy.chosen for name, policy in book.policies.named()}
