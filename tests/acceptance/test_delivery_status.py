"""`motcua delivery` says what became of everything, in words, and sends back what was set aside."""

from pathlib import Path

import pytest
from sqlalchemy import update

from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.queues import arrivals, inbox
from surveys.store.queues.outbox import MessageKind
from tests.acceptance.support.command import Motcua
from tests.integration.queue_rows import add_contact, queue, rows_of, update_from

SECRET = "điều người dân nói"


@pytest.fixture
async def motcua(sqlite_database: Database, sqlite_url: str, tmp_path: Path) -> Motcua:
    """The command, on a database with a little of everything."""
    async with sqlite_database.write() as conn:
        contact = await add_contact(conn, "84", channel="telegram", bot="7")
        for key, kind, values in (
            ("a", MessageKind.REPLY, {"state": "sent"}),
            ("b", MessageKind.REPLY, {"state": "rejected", "reason": "Bad Request: empty"}),
            ("c", MessageKind.INVITATION, {"state": "uncertain", "reason": "no answer"}),
            ("d", MessageKind.INVITATION, {}),
        ):
            await queue(conn, contact, key, kind, text=SECRET, channel="telegram", bot="7")
            if values:
                which = schema.outbox.c.dedup_key == key
                await conn.execute(update(schema.outbox).where(which).values(**values))
        await arrivals.put_many(conn, [update_from("1", payload=f'"{SECRET}"'), update_from("2")])
        await inbox.record_failure(
            conn, 1, reason="KeyError in bot.x:7", retry_in_ms=0, max_tries=1
        )
    command = Motcua(folder=tmp_path, url=sqlite_url)
    assert command("db", "upgrade").code == 0
    return command


def test_every_message_is_counted_under_its_state(motcua: Motcua) -> None:
    """Messages and updates are counted by state, with a sentence that explains it."""
    told = motcua.json("--lang", "en", "delivery", "status")
    counts = {(row["queue"], row["kind"], row["state"]): row["count"] for row in told["counts"]}
    assert counts == {
        ("out", "invitation", "due"): 1,
        ("out", "invitation", "uncertain"): 1,
        ("out", "reply", "rejected"): 1,
        ("out", "reply", "sent"): 1,
        ("in", "", "new"): 1,
        ("in", "", "set_aside"): 1,
    }
    assert all(len(row["meaning"]) > 10 for row in told["counts"])
    assert {row["reason"] for row in told["troubles"]} == {"Bad Request: empty", "no answer"}
    (aside,) = told["set_aside"]
    assert (aside["id"], aside["tries"], aside["reason"]) == (1, 1, "KeyError in bot.x:7")


def test_people_read_words_and_no_citizens_words(motcua: Motcua) -> None:
    """The table speaks Vietnamese and shows nothing that a citizen said or is."""
    shown = motcua("delivery", "status")
    assert shown.code == 0, shown.err
    for words in ("bị từ chối", "mời góp ý", "để riêng", "KeyError in bot.x:7"):
        assert words in shown.out
    assert SECRET not in shown.out


def test_csv_is_one_table(motcua: Motcua) -> None:
    """CSV holds the counts and nothing else, so that it can be read by a program."""
    lines = motcua("delivery", "status", "--format", "csv").out.splitlines()
    assert lines[0] == "queue,channel,bot,kind,state,count,meaning"
    assert len(lines) == 7


async def test_what_was_set_aside_can_be_sent_back(
    motcua: Motcua, sqlite_database: Database
) -> None:
    """`retry` puts an update back into the queue, and logs it; only such an update."""
    assert motcua("delivery", "retry", "1").code == 0
    assert [row["state"] for row in await rows_of(sqlite_database, schema.inbox)] == ["new", "new"]
    *_, entry = await rows_of(sqlite_database, schema.audit)
    assert (entry["action"], entry["subject"]) == ("delivery.retry", "1")
    again = motcua("--lang", "en", "delivery", "retry", "1")
    assert again.code == 1
    assert "No update 1 is set aside" in again.err
