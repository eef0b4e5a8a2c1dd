"""Staff and their rights."""

import pytest

from surveys.errors import Refusal
from surveys.store.base.database import Database
from surveys.store.system import staff
from surveys.store.system.staff import Role
from tests.integration.rows import NOW


async def test_rights_are_given_and_taken(database: Database) -> None:
    """An officer has the rights last given; a removed one has none, and may come back."""
    async with database.write() as conn:
        await staff.add(conn, "hoa", [Role.VERIFIER], NOW)
        await staff.add(conn, "hoa", [Role.ADMIN, Role.REPORTER], NOW)
        await staff.require(conn, "hoa", Role.REPORTER)
        with pytest.raises(Refusal, match=r"staff\.no_right"):
            await staff.require(conn, "hoa", Role.VERIFIER)
        await staff.add(conn, "an", [Role.VERIFIER], NOW)
        await staff.remove(conn, "hoa", NOW)
        with pytest.raises(Refusal, match=r"staff\.unknown"):
            await staff.require(conn, "hoa", Role.REPORTER)
        await staff.add(conn, "hoa", [Role.VERIFIER], NOW)
        found = [(one.name, one.roles) for one in await staff.everyone(conn)]
    assert found == [("an", (Role.VERIFIER,)), ("hoa", (Role.VERIFIER,))]


async def test_nobody_and_strangers_are_refused(database: Database) -> None:
    """Without staff nobody has a right; who is not there cannot be removed."""
    async with database.write() as conn:
        with pytest.raises(Refusal, match=r"staff\.nobody"):
            await staff.require(conn, "hoa", Role.VERIFIER)
        with pytest.raises(Refusal, match=r"staff\.unknown"):
            await staff.remove(conn, "hoa", NOW)
