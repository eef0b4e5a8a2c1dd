"""A deployment with an empty database, on both kinds of database."""

import pytest

from bot.channels import registry
from bot.conversation import Conversation
from bot.conversation.context import ConversationContext
from bot.settings import load_settings
from bot.texts import load_texts
from surveys.form import shipped_forms
from surveys.privacy import Keyring
from surveys.store.base.database import Database
from surveys.store.system import form_versions
from tests.integration.conversation.person import NOW, House

KEYS = Keyring(bytes(range(32)))


def make_conversation(**settings: object) -> Conversation:
    """The conversation with the shipped forms and texts. A code alone shows the stage here; what is
    asked otherwise is the subject of test_second_proof.py."""
    context = ConversationContext(
        keyring=KEYS,
        forms=shipped_forms(),
        texts=load_texts(),
        settings=load_settings(**({"look_up_proof": False} | settings)),
        traits=registry.all_traits(),
    )
    return Conversation(context=context)


async def make_house(database: Database, **settings: object) -> House:
    """A deployment whose forms are published."""
    async with database.write() as conn:
        await form_versions.register(conn, shipped_forms(), NOW)
    return House(database=database, conversation=make_conversation(**settings))


@pytest.fixture
async def house(database: Database) -> House:
    """On SQLite and on PostgreSQL."""
    return await make_house(database)


@pytest.fixture
async def small_house(sqlite_database: Database) -> House:
    """Where the kind of database makes no difference."""
    return await make_house(sqlite_database)
