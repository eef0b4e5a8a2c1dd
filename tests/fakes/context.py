"""What a channel is given, in tests."""

from collections.abc import Callable
from datetime import UTC, datetime

from bot.channels.base import ChannelContext
from bot.channels.web.sessions import Sessions
from bot.settings import load_settings
from bot.texts import load_texts
from surveys.privacy import Keyring
from surveys.store.base.database import Database

KEYS = Keyring(bytes(range(32)))


def page_sessions(*, secure: bool = False) -> Sessions:
    """The sessions of a page with the tests' keys."""
    return Sessions(keyring=lambda: KEYS, today=lambda: datetime.now(UTC).date(), secure=secure)


def channel_context(
    database: Database | None = None,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    demo: bool = False,
    **settings: object,
) -> ChannelContext:
    """A context with the tests' keys; without a database one that is never connected to."""
    return ChannelContext(
        settings=load_settings(**settings),
        texts=load_texts(),
        clock=clock,
        database=database or Database.open("sqlite:///never-connected.sqlite"),
        keyring=lambda: KEYS,
        demo=demo,
    )
