"""Staff, their rights and their keys."""

from dataclasses import replace

import pytest

from surveys.errors import Refusal
from surveys.store.base.database import Database
from surveys.store.system import staff
from surveys.store.system.staff import Role
from tests.integration.office import officer
from tests.integration.rows import NOW


async def test_rights_are_given_and_taken(database: Database) -> None:
    """An officer has the rights last given; a removed one has none, and may come back."""
    async with database.write() as conn:
        await staff.save(conn, officer("hoa", Role.VERIFIER))
        await staff.save(conn, officer("hoa", Role.ADMIN, Role.REPORTER, unit="XA01"))
        await staff.save(conn, officer("an", Role.VERIFIER))
        an, hoa = await staff.list_all(conn)
        assert (hoa.roles, hoa.unit) == ((Role.REPORTER, Role.ADMIN), "XA01")
        await staff.remove(conn, "hoa", NOW)
        assert await staff.list_all(conn) == [an]
        await staff.save(conn, officer("hoa", Role.VERIFIER))
        found = [(one.name, one.roles) for one in await staff.list_all(conn)]
    assert found == [("an", (Role.VERIFIER,)), ("hoa", (Role.VERIFIER,))]


async def test_a_key_outlives_a_change_but_not_a_removal(database: Database) -> None:
    """An officer who was removed needs a new one."""
    async with database.write() as conn:
        await staff.save(conn, officer("hoa", Role.VERIFIER))
        await staff.give_key(conn, "hoa", "a" * 64)
        await staff.save(conn, officer("hoa", Role.CLERK))
        (hoa,) = await staff.list_all(conn)
        assert hoa == replace(officer("hoa", Role.CLERK), key_hash="a" * 64)
        assert "aaaa" not in repr(hoa)
        await staff.remove(conn, "hoa", NOW)
        await staff.save(conn, officer("hoa", Role.CLERK))
        (hoa,) = await staff.list_all(conn)
    assert hoa.key_hash is None


async def test_strangers_are_refused(database: Database) -> None:
    """Who is not there cannot be removed, and gets no key."""
    async with database.write() as conn:
        with pytest.raises(Refusal, match=r"staff\.not_listed"):
            await staff.remove(conn, "hoa", NOW)
        with pytest.raises(Refusal, match=r"staff\.not_listed"):
            await staff.give_key(conn, "hoa", "a" * 64)
