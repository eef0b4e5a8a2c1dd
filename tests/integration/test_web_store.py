"""What the page shows, kept: the numbers of its bubbles only ever grow."""

from surveys.store.base.database import Database
from surveys.store.citizens import web_messages
from surveys.store.citizens.web_messages import Author, NewMessage
from tests.integration.rows import NOW


async def _add(database: Database, text: str) -> int:
    async with database.write() as conn:
        new = NewMessage(chat_key="chat", author=Author.BOT, body={"text": text}, at=NOW)
        number = await web_messages.add(conn, new)
    assert number is not None
    return number


async def test_after_an_erasure_an_open_page_still_hears_the_farewell(database: Database) -> None:
    """An open page asks for what is newer than its last bubble, which may be gone."""
    last_seen = await _add(database, "trước khi xóa")
    async with database.write() as conn:
        await web_messages.forget(conn, "chat")
    await _add(database, "tạm biệt")
    async with database.read() as conn:
        found = await web_messages.list_after(conn, "chat", last_seen, 100)
    assert [one.body["text"] for one in found] == ["tạm biệt"]
