"""Retention: after the period is closed it can no longer be told who answered."""

from datetime import datetime, timedelta

from surveys.store.base import schema
from surveys.store.personal_data import purging
from tests.integration.conversation.person import CODE, NOW, House
from tests.integration.rows import evidence_of

CLOSED = datetime(2021, 6, 15)
LATER = NOW + timedelta(days=200)


async def test_answers_of_a_closed_period_belong_to_nobody(house: House) -> None:
    """Those of a later one still do; answers and evidence stay."""
    old = await house.dossier()
    await house.dossier("B-0002", "y" * 22, returned_at=datetime(2021, 6, 15, 8))
    person = house.person()
    await person.consents()
    await person.taps("Hài lòng")
    await person.consents("y" * 22)
    await person.taps("Rất hài lòng")
    async with house.database.write() as conn:
        assert await purging.unlink_answers(conn, CLOSED) == 1
        assert await purging.unlink_answers(conn, CLOSED) == 0
    contacts = [row["contact_id"] for row in await house.rows(schema.responses)]
    assert contacts[0] is None
    assert contacts[1] is not None
    assert [row["contact_id"] is None for row in await house.rows(schema.invitations)] == [
        True,
        False,
    ]
    assert len(await house.rows(schema.interviews)) == 1
    assert len(await house.rows(schema.contact_dossiers)) == 1
    async with house.database.read() as conn:
        assert (await evidence_of(conn, old))["answered"] == 1
    assert "đã có người góp ý" in await person.opens()


SENT = ("Chuyện thứ hai", "Nam", "An Hòa", "0912345678", "gửi")


async def test_names_of_petitions_that_are_over_or_never_finished_go(house: House) -> None:
    """Those of pending formal ones stay, however long it takes."""
    for number, words in enumerate((("Chuyện thứ nhất",), SENT)):
        token = f"{number:022d}"
        await house.dossier(f"P-000{number}", token)
        person = house.person(str(number))
        await person.consents(token)
        await person.taps("Hài lòng", "Không lần nào", "Không phải", "Có", "Gửi luôn")
        await person.taps("Gửi phản ánh")
        await person.types(*words)
    async with house.database.write() as conn:
        assert await purging.drop_petitioners(conn, begun=LATER, decided=LATER) == 1
    (row,) = await house.rows(schema.petitions)
    assert row["words_sealed"] is not None
    async with house.database.write() as conn:
        await conn.execute(schema.petitions.update().values(state="answered", changed_at=NOW))
        assert await purging.drop_petitioners(conn, begun=NOW, decided=NOW) == 0
        assert await purging.drop_petitioners(conn, begun=NOW, decided=LATER) == 1


async def test_old_messages_lose_their_words(house: House) -> None:
    """In both queues and on the page; the rows that keep things from happening twice stay."""
    person = house.person()
    await person.types("xin chào")
    page = {"chat_key": "k", "author": "bot", "body": {"text": "chào"}, "at": NOW}
    row = {"channel": "web", "bot": "page", "event_key": "1", "chat_key": "k", "payload": "{}"}
    async with house.database.write() as conn:
        await conn.execute(schema.inbox.insert().values(**row, received_ms=1, state="set_aside"))
        await conn.execute(schema.web_messages.insert().values(**page))
        await conn.execute(schema.outbox.update().values(state="sent", settled_ms=5))
        assert await purging.empty_inbox(conn, 2) == 1
        assert await purging.empty_outbox(conn, 6) == 1
        assert await purging.empty_outbox(conn, 6) == 0
        assert await purging.delete_pages(conn, LATER) == 1
    (kept,) = await house.rows(schema.outbox)
    assert kept["message"]["text"] == ""
    (came,) = await house.rows(schema.inbox)
    assert (came["payload"], came["chat_key"]) == ("", "")


async def test_silent_contacts_are_forgotten(house: House) -> None:
    """Unless something still ties them to a dossier."""
    await house.dossier()
    await house.person("1").types("xin chào")
    await house.person("2").consents()
    async with house.database.write() as conn:
        await conn.execute(schema.outbox.update().values(state="sent"))
        assert await purging.forget_idle(conn, LATER, LATER) == 1
        assert await purging.delete_links(conn, LATER) == 1
    statuses = [row["status"] for row in await house.rows(schema.contacts)]
    assert statuses == ["erased", "active"]
    assert CODE in {row["code"] for row in await house.rows(schema.dossiers)}
