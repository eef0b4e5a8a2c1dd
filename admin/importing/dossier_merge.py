"""Merges a row of an export into the stored dossier, or makes a new one.

A later file changes only what it states; cells it leaves empty keep the stored value.
"""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from typing import Any

from surveys.dossier import Filing, Status, has_result, status_by_dates
from surveys.errors import Refusal

Values = Mapping[str, Any]
EMPTY: Values = {}


def merge(stated: Values, before: Values | None, *, without_return: bool) -> dict[str, Any]:
    """The columns to write: those stated, and those derived from them.

    `before` is the stored row, None for a new dossier. `without_return`: the file has no return
    column, so the finish date of a returned dossier counts as its return date.
    Raises Refusal `dossiers.returned_without_date`, `.before_received`, `.before_stored_received`,
    `.received_after_stored` or `.returned_before_finished`.
    """
    if before is None:
        written = {"channel": Filing.IN_PERSON, **stated}
        after: Values = written
    else:
        written = dict(stated)
        after = {**before, **stated}
    if stated.get("status") is Status.RETURNED and after.get("returned_at") is None:
        written["returned_at"] = _finish_for_return(after, without_return=without_return)
    elif "status" not in stated and _is_moved(written, before):
        written["status"] = status_by_dates(after.get("finished_at"), after.get("returned_at"))
    if before is None:
        _require_order(written, after, written)
        return written
    if "due_at" in stated:
        written |= _promised_anew(stated, before)
    _require_order(written, {**before, **written}, differing(written, before))
    return written


def differing(written: Values, before: Values) -> dict[str, Any]:
    """The columns whose stored value differs."""
    return {name: value for name, value in written.items() if before[name] != value}


def oddities(written: Values, stated: Values, before: Values | None) -> Iterator[str]:
    """The keys of the warnings about it: oddities that are no reason to reject it."""
    after = written if before is None else {**before, **written}
    returned, status = after.get("returned_at"), after["status"]
    if returned is not None and status not in _FINISHED:
        yield "returned_by_date_only" if has_result(status) else "ended_with_return"
    if "returned_at" in written and "returned_at" not in stated:
        yield "return_from_finish"
    if before is not None:
        yield from _moves(written, stated, before)
    elif "channel" not in stated:
        yield "no_channel"
    if (after.get("reschedules") or 0) > max(1, (before or EMPTY).get("reschedules") or 0):
        yield "promised_twice"


_FINISHED = (Status.RETURNED, Status.FINISHED)


def _moves(written: Values, stated: Values, before: Values) -> Iterator[str]:
    """What is odd in how a stored dossier changes."""
    if "reschedules" in written and "reschedules" not in stated:
        yield "promised_anew"
    if before["unit_id"] != written.get("unit_id", before["unit_id"]):
        yield "another_unit"
    now = written.get("status", before["status"])
    reopened = written.get("reopened_at") or before["reopened_at"]
    if Status.RETURNED >= before["status"] >= Status.FINISHED > now and not reopened:
        yield "status_back"


def _promised_anew(stated: Values, before: Values) -> dict[str, Any]:
    """What a later promised day means for a stored dossier: the first promise is kept, and counts.

    After papers were asked for, or a reopening, the time begins again, and an earlier day is a
    correction: then the day stated is the first promise (NĐ 118/2025/NĐ-CP Điều 19, 23).
    """
    due, was = stated["due_at"], before["due_at"]
    if was is None or due.date() <= was.date() or _begins_anew(stated, before):
        return {}
    found: dict[str, Any] = {}
    if "original_due_at" not in stated and before["original_due_at"] is None:
        found["original_due_at"] = was
    if "reschedules" not in stated:
        found["reschedules"] = (before["reschedules"] or 0) + 1
    return found


def _begins_anew(stated: Values, before: Values) -> bool:
    asked = stated.get("supplements", 0) > (before["supplements"] or 0)
    reopened = stated.get("reopened_at") not in {None, before["reopened_at"]}
    return asked or reopened or Status.SUPPLEMENT in {stated.get("status"), before["status"]}


def _finish_for_return(after: Values, *, without_return: bool) -> datetime:
    finished: datetime | None = after.get("finished_at")
    if not without_return or finished is None:
        raise Refusal("dossiers.returned_without_date")
    return finished


def _is_moved(written: Values, before: Values | None) -> bool:
    """Whether the dates show a later state than the stored one."""
    if before is None:
        return True
    return any(
        name in written and written[name] != before[name] for name in ("finished_at", "returned_at")
    )


def _require_order(written: Values, after: Values, moved: Container[str]) -> None:
    """Check the order of the dates, stored ones too, unless those were out of order before.
    `moved`: the columns that are new or change."""
    received = after.get("received_at")
    for name in ("finished_at", "returned_at"):
        then = after.get(name)
        if not received or not then or not (name in moved or "received_at" in moved):
            continue
        if _is_day_before(then, received):
            raise _too_early(name, then, received, written)
    finished, returned = after.get("finished_at"), after.get("returned_at")
    if not finished or not returned or not ("finished_at" in moved or "returned_at" in moved):
        return
    if _is_day_before(returned, finished):
        days = {"value": f"{returned:%d/%m/%Y}", "finished": f"{finished:%d/%m/%Y}"}
        raise Refusal("dossiers.returned_before_finished", column="returned_at", **days)


def _is_day_before(one: datetime, other: datetime) -> bool:
    """Whether the first is of an earlier day; comparing the times first spares most rows that."""
    return one < other and one.date() < other.date()


def _too_early(name: str, then: datetime, received: datetime, written: Values) -> Refusal:
    """The refusal; it names the column of this file, or says that the value is a stored one."""
    day, reception = f"{then:%d/%m/%Y}", f"{received:%d/%m/%Y}"
    if name not in written:
        found = {"column": "received_at", "value": reception, "stored": day}
        return Refusal("dossiers.received_after_stored", **found)
    if "received_at" not in written:
        found = {"column": name, "value": day, "stored": reception}
        return Refusal("dossiers.before_stored_received", **found)
    return Refusal("dossiers.before_received", column=name, value=day, received=reception)
