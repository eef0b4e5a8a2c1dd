"""Mẫu phiếu 3: decisions count, the raw answer stays, and everything is in the audit log."""

import asyncio
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from surveys.criteria import ReviewReason
from surveys.errors import Refusal
from surveys.evidence import Agencies, Conduct, Contacts, Timing
from surveys.outcomes import ComplaintState
from surveys.period import parse_period
from surveys.privacy import Keyring, reference_of
from surveys.store.base import schema
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.results import complaints, dossier_records, evidence, review_queue, verifications
from surveys.store.results.verifications import Action
from surveys.store.system import audit
from surveys.store.system.audit import Author
from tests.integration.rows import DUE, NOW, add_dossier, add_unit, answer, evidence_of

Q2 = parse_period("2021-Q2")
HOA = Author(name="hoa", os_user="may-1", keyring=Keyring(bytes(range(32))))


async def _decide(
    conn: Connection,
    action: Action,
    criterion: str = "3",
    outcome: int | None = None,
    now: datetime = NOW,
) -> verifications.Decision:
    return await verifications.decide(
        conn,
        dossier="D1",
        criterion=criterion,
        action=action,
        outcome=outcome,
        reason=" đã gọi điện hỏi lại ",
        author=HOA,
        now=now,
    )


async def _dossier(conn: Connection) -> int:
    dossier = await add_dossier(conn, await add_unit(conn), "D1")
    await answer(conn, dossier, "contacts", "many")
    return dossier


async def test_each_decision_counts_at_once(database: Database) -> None:
    """Confirm keeps the raw outcome, change replaces it, refuse leaves no evidence."""
    async with database.write() as conn:
        dossier = await _dossier(conn)
        seen = []
        for action, outcome in (
            (Action.CONFIRM, None),
            (Action.CHANGE, Contacts.ONCE),
            (Action.REFUSE, None),
        ):
            made = await _decide(conn, action, outcome=outcome)
            seen.append((await evidence_of(conn, dossier))["contacts"])
            assert made.raw_outcome == Contacts.MANY
        kept = await verifications.list_decisions(conn, dossier)
        count = await conn.scalar(select(func.count()).select_from(schema.answers))
        trail = await audit.list_entries(conn, limit=9)
    assert seen == [Contacts.MANY, Contacts.ONCE, Contacts.MISSING]
    assert [one.action for one in kept] == list(Action)
    assert count == 1
    assert [one.action for one in trail] == ["verify.refuse", "verify.change", "verify.confirm"]
    assert trail[1].details == {
        "criterion": "3",
        "raw": "many",
        "outcome": "once",
        "reason": "đã gọi điện hỏi lại",
    }


async def test_a_decision_outlives_a_later_answer(database: Database) -> None:
    """The verified value counts, whatever the citizen answers afterwards."""
    async with database.write() as conn:
        dossier = await _dossier(conn)
        await _decide(conn, Action.CHANGE, outcome=Contacts.ONCE)
        await answer(conn, dossier, "contacts", "none", revision=2)
        row = await evidence_of(conn, dossier)
    assert row["contacts"] == Contacts.ONCE


async def test_what_changed_after_a_decision_is_listed(database: Database) -> None:
    """The verifier is told when the dossier shows something else than was decided about."""
    async with database.write() as conn:
        dossier = await _dossier(conn)
        await _decide(conn, Action.CONFIRM)
        assert await review_queue.list_items(conn, Q2) == []
        await answer(conn, dossier, "contacts", "none", revision=2)
        (found,) = await review_queue.list_items(conn, Q2)
    assert (found.doubt, found.shown, found.stated) == (ReviewReason.CHANGED, "many", "none")


async def test_decisions_need_a_dossier_a_criterion_and_a_reason(database: Database) -> None:
    """What cannot be decided is refused, with its reason."""
    whole = {
        "dossier": "D1",
        "criterion": "3",
        "action": Action.CONFIRM,
        "outcome": None,
        "reason": "đúng",
        "author": HOA,
        "now": NOW,
    }
    wrong = {
        "unknown_dossier": {"dossier": "D2"},
        "unknown_criterion": {"criterion": "5"},
        "no_reason": {"reason": "  "},
        "nothing_to_confirm": {"criterion": "4"},
    }
    async with database.write() as conn:
        await _dossier(conn)
        for code, change in wrong.items():
            with pytest.raises(Refusal, match=rf"verify\.{code}"):
                await verifications.decide(conn, **(whole | change))  # type: ignore[arg-type]
        assert await conn.scalar(select(func.count()).select_from(schema.verifications)) == 0


async def test_a_refuted_complaint_no_longer_counts(database: Database) -> None:
    """The time decides again once the authority found the complaint untrue; an upheld one stays."""
    async with database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn), "D1")
        response = await answer(conn, dossier, "conduct", "yes")
        await _complain(conn, response)
        seen = [(await evidence_of(conn, dossier))["conduct"]]
        for state in (ComplaintState.REFUTED, ComplaintState.UPHELD):
            await _settle(conn, state)
            seen.append((await evidence_of(conn, dossier))["conduct"])
        trail = await audit.list_entries(conn, limit=9, action="verify.complaint")
    assert seen == [Conduct.COMPLAINT, Conduct.SAME_DAY, Conduct.COMPLAINT]
    assert [one.details["from"] for one in trail] == ["refuted", "pending"]


async def test_a_finding_takes_the_place_of_an_earlier_confirmation(database: Database) -> None:
    """Who confirmed "complaint" before it was found untrue does not make it true."""
    async with database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn), "D1")
        await _complain(conn, await answer(conn, dossier, "conduct", "yes"))
        await _decide(conn, Action.CONFIRM, "7")
        await _settle(conn, ComplaintState.REFUTED, now=NOW + timedelta(days=1))
        found = (await evidence_of(conn, dossier))["conduct"]
        await _decide(conn, Action.REFUSE, "7", now=NOW + timedelta(days=2))
        refused = (await evidence_of(conn, dossier))["conduct"]
    assert (found, refused) == (Conduct.SAME_DAY, Conduct.MISSING)


async def test_a_withdrawn_complaint_cannot_be_decided(database: Database) -> None:
    """What the citizen took back is no longer the officer's to judge."""
    async with database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn), "D1")
        response = await answer(conn, dossier, "conduct", "yes")
        await _complain(conn, response)
        await complaints.withdraw(conn, response_id=response, kind="conduct")
        with pytest.raises(Refusal, match=r"verify\.withdrawn"):
            await _settle(conn, ComplaintState.UPHELD)
        with pytest.raises(Refusal, match=r"verify\.unknown_complaint"):
            await _settle(conn, ComplaintState.UPHELD, "NOSUCH")


async def test_the_verifiers_list(database: Database) -> None:
    """Disagreement on the day, claims that excuse, open complaints; decided ones go."""
    async with database.write() as conn:
        unit = await add_unit(conn)
        ids = [await add_dossier(conn, unit, f"D{number}") for number in range(1, 5)]
        said = {"on_time": "late", "contacts": "many", "contacts_own_fault": "yes"}
        for revision, (question, option) in enumerate(said.items(), start=1):
            await answer(conn, ids[0], question, option, revision=revision)
        await answer(conn, ids[1], "on_time", "on_time")
        await answer(conn, ids[2], "on_time", "unknown")
        await _complain(conn, await answer(conn, ids[3], "conduct", "yes"))
        found = await review_queue.list_items(conn, Q2)
        await _decide(conn, Action.CONFIRM, "1")
        later = await review_queue.list_items(conn, Q2)
    assert [(one.doubt, one.dossier, one.shown, one.stated) for one in found] == [
        (ReviewReason.COMPLAINT, "D4", "complaint", "conduct"),
        (ReviewReason.OWN_FAULT, "D1", "many_own_fault", ""),
        (ReviewReason.TIMING, "D1", "same_day", "late"),
    ]
    assert found[0].reference == "REF1"
    assert [one.doubt for one in later] == [ReviewReason.COMPLAINT, ReviewReason.OWN_FAULT]


async def test_raw_codes_are_those_before_any_decision(database: Database) -> None:
    """The raw outcomes can always be read next to the verified ones."""
    async with database.write() as conn:
        dossier = await _dossier(conn)
        await _decide(conn, Action.CHANGE, "1", Timing.LATE)
        raw = await dossier_records.derive_raw_codes(conn, dossier)
    assert raw == {"1": Timing.SAME_DAY, "2": 0, "3": Contacts.MANY, "4": 0, "6": 0, "7": 0}


async def test_a_drawn_reference_is_one_that_nobody_has(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also none of a complaint that was cut off; an import must never fail by chance."""
    drawn = [bytes([number]) * 5 for number in (1, 2, 3)]
    taken = [reference_of(one) for one in drawn[:2]]
    async with database.write() as conn:
        unit = await add_unit(conn)
        numbers = [await add_dossier(conn, unit, code) for code in ("D1", "D2")]
        first, second = [await answer(conn, number, "conduct", "yes") for number in numbers]
        of_both: dict[str, Any] = {"kind": "conduct", "due_on": DUE.date()}
        await complaints.open_(conn, response_id=first, reference=taken[0], now=NOW, **of_both)
        cut_off = {"reference": taken[1], "state": "upheld", **of_both}
        await conn.execute(schema.loose_complaints.insert(), cut_off)
        monkeypatch.setattr(secrets, "token_bytes", lambda _count: drawn.pop(0))
        await complaints.open_many(conn, [(second, "conduct")], now=NOW, due_on=DUE.date())
        (opened,) = await complaints.list_by_response(conn, second)
    assert opened.reference == reference_of(b"\3" * 5)


async def _complain(conn: Connection, response_id: int) -> None:
    await complaints.open_(
        conn,
        response_id=response_id,
        kind="conduct",
        reference="REF1",
        now=NOW,
        due_on=(DUE + timedelta(days=10)).date(),
    )


async def _settle(
    conn: Connection, state: ComplaintState, reference: str = "REF1", now: datetime = NOW
) -> None:
    found = await verifications.lock_complaint(conn, reference)
    await verifications.decide_complaint(
        conn, found, state=state, reason="đã xác minh", author=HOA, now=now
    )


async def test_changes_at_the_same_time_are_all_derived(database: Database) -> None:
    """An answer and a decision about one dossier, in two transactions: the evidence has both."""
    async with database.write() as conn:
        dossier = await _dossier(conn)
    decided = asyncio.Event()

    async def answers() -> None:
        async with database.write() as conn:
            await answer(conn, dossier, "agencies", "none", revision=2)
            with suppress(TimeoutError):
                await asyncio.wait_for(decided.wait(), 0.5)

    async def decides() -> None:
        await asyncio.sleep(0.1)
        async with database.write() as conn:
            await _decide(conn, Action.CHANGE, "3", Contacts.ONCE)
        decided.set()

    await asyncio.gather(answers(), decides())
    async with database.read() as conn:
        row = await evidence_of(conn, dossier)
        assert await evidence.find_disagreements(conn) == []
    assert (row["contacts"], row["agencies"]) == (Contacts.ONCE, Agencies.NONE)
