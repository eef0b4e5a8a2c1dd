"""The same dossier pushed again, by whatever key, token or content: one message, ever."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

from surveys.store.base import schema
from surveys.store.pushing import api_tokens
from tests.integration.asking.conftest import Office
from tests.integration.conversation.conftest import KEYS
from tests.integration.pushing import NOW, give_token, pushing
from tests.integration.rows import add_unit

ROW: dict[str, Any] = {
    "code": "D1",
    "unit": "XA01",
    "received_at": "2021-06-28",
    "returned_at": "2021-07-01T08:30:00",
    "status": 10,
    "phone": "0912345678",
}


async def test_other_content_corrects_and_asks_nobody_twice(small_office: Office) -> None:
    """Before the message the later content counts; after it nothing is sent again. The same key
    with other content is refused and changes nothing."""
    office = small_office
    office.now = NOW.astimezone(UTC)
    async with office.house.database.write() as conn:
        await add_unit(conn)
    async with pushing(office.house.database) as system:
        system = replace(system, token=await give_token(office.house.database))
        assert (await system.posts(ROW, **{"Idempotency-Key": "a"}))[1]["new"] == 1
        await office.look()
        other = ROW | {"phone": "0987654321"}
        status, refused = await system.posts(other, **{"Idempotency-Key": "a"})
        assert (status, refused["error"]["code"]) == (422, "other_body")
        assert (await system.posts(other, **{"Idempotency-Key": "b"}))[1]["changed"] == 1
        assert (await office.look(hours=2)).issued == 1
        (contact,) = await office.house.rows(schema.contacts)
        assert KEYS.unseal(contact["address_sealed"]) == "+84987654321"
        later = other | {"returned_at": "2021-07-01T08:45:00", "phone": "0911111111"}
        assert (await system.posts(later, **{"Idempotency-Key": "c"}))[1]["changed"] == 1
        assert (await system.posts(later))[1]["same"] == 1
        told = (await system.asks("D1"))[1]
    for _ in range(9):
        await office.look(hours=23)
    assert await office.outcomes() == {"D1": "issued"}
    assert len(await office.sent()) == 1
    assert told["state"] == "asked"


async def test_a_new_token_of_the_same_system_repeats_nothing(small_office: Office) -> None:
    """The revoked one is refused; what the new one pushes again is the same dossier, asked once."""
    office, database = small_office, small_office.house.database
    office.now = NOW.astimezone(UTC)
    async with database.write() as conn:
        await add_unit(conn)
    key = {"Idempotency-Key": "a"}
    async with pushing(database) as system:
        old = replace(system, token=await give_token(database))
        await old.posts(ROW, **key)
        await office.look()
        await office.look(hours=2)
        async with database.write() as conn:
            await api_tokens.revoke(conn, "igate", NOW + timedelta(hours=2))
        new = replace(system, token=await give_token(database))
        status, refused = await old.posts(ROW | {"phone": "0987654321"}, **key)
        assert (status, refused["error"]["code"]) == (401, "token")
        assert (await new.posts(ROW, **key))[1]["same"] == 1
    for _ in range(9):
        await office.look(hours=23)
    assert await office.outcomes() == {"D1": "issued"}
    assert len(await office.sent()) == 1
