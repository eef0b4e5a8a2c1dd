"""The fake Telegram delivers updates as the real one does."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Update

from tests.fakes.telegram import Person
from tests.unit.fakes.client import Client, inline


async def test_polling_confirms_by_offset(client: Client, lan: Person) -> None:
    """An update comes again and again until a later offset confirms it."""
    first, second = await lan.types("một"), await lan.types("hai")
    assert first is not None
    assert second is not None
    for _ in range(2):
        got = await client.result("getUpdates", timeout=0)
        assert [update["update_id"] for update in got] == [first.id, second.id]
    got = await client.result("getUpdates", offset=first.id + 1, timeout=0)
    assert [update["update_id"] for update in got] == [second.id]
    assert client.fake.state.updates.acknowledged == [first.id]


async def test_long_poll_waits(client: Client, lan: Person) -> None:
    """A poll with a timeout is answered when something happens."""
    waiting = asyncio.create_task(client.result("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await lan.types("chào")
    assert [update["message"]["text"] for update in await waiting] == ["chào"]


async def test_polling_conflicts(client: Client) -> None:
    """Two polls exclude each other, and a webhook excludes polling."""
    waiting = asyncio.create_task(client.call("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    await client.result("getUpdates", timeout=0)
    status, body = await waiting
    assert status == 409
    assert "other getUpdates request" in body["description"]
    await client.result("setWebhook", url="http://127.0.0.1:1/")
    assert "webhook is active" in await client.refusal("getUpdates", timeout=0)


async def test_allowed_updates(client: Client, lan: Person) -> None:
    """Kinds that the bot has not asked for never come; leaving the list out keeps it."""
    await client.result("getUpdates", allowed_updates=["callback_query"], timeout=0)
    assert await lan.types("chào") is None
    await client.result("getUpdates", timeout=0)
    assert await lan.types("chào") is None
    await client.result("getUpdates", allowed_updates=[], timeout=0)
    assert await lan.types("chào") is not None


Hook = Callable[[dict[str, Any], str], int]


async def hooked(client: Client, hook: Hook) -> TestServer:
    """A webhook server whose statuses `hook` decides, set at the fake."""

    async def serve(request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        return web.Response(status=hook(await request.json(), secret))

    app = web.Application()
    app.router.add_post("/hook", serve)
    server = TestServer(app)
    await server.start_server()
    await client.result("setWebhook", url=str(server.make_url("/hook")), secret_token="s3")
    return server


async def test_webhook_repeats_until_taken_in_order(client: Client, lan: Person) -> None:
    """A post that is not answered with 2xx comes again, and the chat's next one waits for it."""
    seen: list[tuple[str, str]] = []

    def hook(update: dict[str, Any], secret: str) -> int:
        seen.append((update["message"]["text"], secret))
        return 500 if len(seen) < 3 else 200

    server = await hooked(client, hook)
    await lan.types("một")
    await lan.types("hai")
    await client.fake.until(lambda: len(client.fake.state.updates.acknowledged) == 2)
    assert seen == [("một", "s3")] * 3 + [("hai", "s3")]
    assert "500" in (await client.result("getWebhookInfo"))["last_error_message"]
    await server.close()


async def test_one_chat_does_not_hold_up_another(client: Client, lan: Person) -> None:
    """While one person's update fails again and again, those of others arrive."""
    other = client.fake.person(2, "Minh", started=True)
    server = await hooked(
        client, lambda update, _: 500 if update["message"]["chat"]["id"] == 1 else 200
    )
    await lan.types("một")
    await other.types("hai")
    await client.fake.until(lambda: len(client.fake.state.updates.acknowledged) == 1)
    assert [update.chat for update in client.fake.state.updates.pending.values()] == [1]
    await server.close()


async def test_updates_are_what_the_library_reads(client: Client, lan: Person) -> None:
    """Everything a person does is an update that python-telegram-bot understands."""
    await client.result("sendMessage", chat_id=1, text="a", reply_markup=inline())
    acts = [
        await lan.opens("TOKEN"),
        await lan.taps("Có"),
        await lan.taps("y"),
        await lan.edits("/start khác"),
        await lan.shares_contact("+84987654321"),
        await lan.sends_sticker(),
        await lan.blocks(),
        await lan.unblocks(),
        await client.fake.group().says(lan, "/start"),
    ]
    bodies = [Update.de_json(queued.body) for queued in acts if queued is not None]
    assert len(bodies) == len(acts)
    message, tap, _, edit, contact, sticker, blocked, back, group = bodies
    assert message.message is not None
    assert message.message.text == "/start TOKEN"
    assert tap.callback_query is not None
    assert tap.callback_query.data == "y"
    assert edit.edited_message is not None
    assert contact.message is not None
    assert contact.message.contact is not None
    assert contact.message.contact.user_id == 1
    assert sticker.message is not None
    assert sticker.message.sticker is not None
    assert blocked.my_chat_member is not None
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert back.my_chat_member is not None
    assert group.effective_chat is not None
    assert group.effective_chat.type == "group"
