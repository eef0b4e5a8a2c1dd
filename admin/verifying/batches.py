"""Confirms every item of a reason at once; each decision is a row of its own in the audit log."""

from dataclasses import dataclass

from admin.importing import UnitIndex
from admin.kit.runtime import Runtime
from surveys.criteria import ReviewReason
from surveys.errors import Refusal
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import review_queue, verifications
from surveys.store.results.review_queue import ReviewItem
from surveys.store.results.verifications import Action

ALONE = (ReviewReason.COMPLAINT, ReviewReason.DISOWNED)
"""Each of these wants a decision of its own."""
GROUPS = tuple(one.value for one in ReviewReason if one not in ALONE)
"""The reasons that can be confirmed together."""
REASON_CODES = ("system_dates", "called_back", "paper_checked", "unit_explained")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The items wanted: of a period, for a reason, of a unit or of all."""

    period: Period
    doubt: ReviewReason
    unit: str | None


async def confirm_all(runtime: Runtime, batch: Batch, reason: str, *, dry_run: bool) -> int:
    """Confirm the items of a batch; returns their number.

    Raises Refusal `verify.no_reason`, `verify.empty_group`, or as `verifications.decide`.
    """
    if not reason.strip():
        raise Refusal("verify.no_reason")
    database = await runtime.database()
    async with database.write() as conn:
        items = await _items(conn, runtime, batch)
        if not items:
            raise Refusal("verify.empty_group", group=batch.doubt.value, period=batch.period.id)
        if not dry_run:
            author = await runtime.author(conn)
            for one in items:
                await verifications.decide(
                    conn,
                    dossier=one.dossier,
                    criterion=one.criterion,
                    action=Action.CONFIRM,
                    outcome=None,
                    reason=reason,
                    author=author,
                    now=runtime.now,
                )
    return len(items)


async def _items(conn: Connection, runtime: Runtime, batch: Batch) -> list[ReviewItem]:
    unit = None if batch.unit is None else (await UnitIndex.load(conn)).code_of(batch.unit)
    return [
        one
        for one in await review_queue.list_items(conn, batch.period)
        if one.doubt is batch.doubt and runtime.scope.covers(one.unit) and unit in {None, one.unit}
    ]
