"""The small JSON interface of a fake that runs as a process of its own: POST /control/VERB."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.telegram.faults import Fault
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.server import FakeTelegram
from tests.fakes.telegram.state import Message
from tests.fakes.telegram.updates import Queued

Verb = Callable[[FakeTelegram, dict[str, Any]], Awaitable[Any]]


async def people(fake: FakeTelegram, order: dict[str, Any]) -> int:
    """{"first": 1, "count": 3000, "started": true}: make people, return how many there are."""
    for id_ in range(order["first"], order["first"] + order["count"]):
        fake.person(id_, f"P{id_}", started=order.get("started", True))
    return len(fake.people)


async def does(fake: FakeTelegram, order: dict[str, Any]) -> int | None:
    """{"person": 1, "act": "types", "args": ["…"]}: an act of `Person`, return the update's id."""
    act = getattr(fake.person(order["person"]), order["act"])
    queued: Queued | None = await act(*order.get("args", []))
    return queued.id if queued else None


async def screen(fake: FakeTelegram, order: dict[str, Any]) -> list[dict[str, Any]]:
    """{"person": 1}: the messages on the screen."""
    return [_shown(message) for message in fake.person(order["person"]).screen]


async def sent(fake: FakeTelegram, _order: dict[str, Any]) -> list[dict[str, Any]]:
    """{}: every message of the bot that has reached a chat, deleted ones too."""
    return [_shown(one) for one in fake.state.messages.values() if one.from_bot]


async def updates(fake: FakeTelegram, _order: dict[str, Any]) -> dict[str, list[int]]:
    """{}: the ids of the updates made, of those that wait, of those that the bot has taken."""
    queue = fake.state.updates
    return {
        "every": list(queue.every),
        "pending": list(queue.pending),
        "acknowledged": queue.acknowledged,
    }


async def again(fake: FakeTelegram, order: dict[str, Any]) -> list[int]:
    """{"ids": [..]}: post these updates once more, side by side, and return the statuses."""
    return await asyncio.gather(*(fake.state.updates.post_again(id_) for id_ in order["ids"]))


async def fault(fake: FakeTelegram, order: dict[str, Any]) -> None:
    """A `Fault` by its fields."""
    fake.faults.add(Fault.from_json(order))


async def heal(fake: FakeTelegram, _order: dict[str, Any]) -> None:
    """{}: no more faults."""
    fake.faults.clear()


async def limits(fake: FakeTelegram, order: dict[str, Any]) -> None:
    """`Limits` by its fields; {"off": true} for none."""
    fake.state.meter.set(Limits.off() if order.pop("off", False) else Limits(**order))


async def transcript(fake: FakeTelegram, order: dict[str, Any]) -> list[dict[str, Any]]:
    """{"since": 0, "method": null}: the calls from that number on."""
    calls = fake.calls(order.get("method"))
    return [call.as_json() for call in calls if call.number >= order.get("since", 0)]


async def worst_window(fake: FakeTelegram, order: dict[str, Any]) -> int:
    """{"seconds": 1.0}: the most messages within any window of this length."""
    return fake.worst_window(order.get("seconds", 1.0))


async def settings(fake: FakeTelegram, order: dict[str, Any]) -> None:
    """{"edit_age": …, "tap_age": …, "retry_after": …}: how strict the fake is."""
    for name in order.keys() & {"edit_age", "tap_age", "allow_loopback"}:
        setattr(fake.state, name, order[name])
    if "retry_after" in order:
        fake.state.updates.retry_after = order["retry_after"]


VERBS: dict[str, Verb] = {
    verb.__name__: verb
    for verb in (
        people,
        does,
        screen,
        sent,
        updates,
        again,
        fault,
        heal,
        limits,
        transcript,
        worst_window,
        settings,
    )
}


def add_control(fake: FakeTelegram) -> None:
    """Let the fake be steered over HTTP."""

    async def serve(request: web.Request) -> web.Response:
        verb = VERBS.get(request.match_info["verb"])
        if verb is None:
            return web.json_response({"error": "no such verb"}, status=404)
        try:
            order = json.loads(await request.text() or "{}")
            return web.json_response({"result": await verb(fake, order)})
        except (ValueError, KeyError, LookupError, TypeError, AttributeError) as error:
            return web.json_response({"error": repr(error)}, status=400)

    fake.app.router.add_post("/control/{verb}", serve)


def _shown(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "chat": message.chat.id,
        "from_bot": message.from_bot,
        "text": message.text,
        "labels": message.labels,
        "data": [button.get("callback_data", "") for button in message.buttons],
        "edits": message.edits,
        "at": message.at,
    }
