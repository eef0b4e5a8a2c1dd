"""SQLite through public APIs: short transactions on the loop, long reads in a thread.

A write and an inline read use SQLAlchemy's synchronous engine and run each statement on the event
loop: the pages are in memory, and switching to a thread costs ten times the statement
(tests/bench/test_sqlite.py). The COMMIT waits for the disk: it runs on the loop while the disk is
quick, and in a thread while it is slow. The wait for another process's lock polls, so that a
cancelled wait ends at once. A read may take as long as a report, so it goes through
`sqlite+aiosqlite`. In a command, which is alone on its event loop, it runs on the loop as well;
SQLAlchemy's asyncio part and the ORM are then not loaded. Reads cannot write.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy import Connection as SyncConnection
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import OperationalError

from surveys.store.base.connection import Connection

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
QUIET: dict[str, Any] = {"hide_parameters": True}
"""An error quotes the statement, but nothing of what a citizen wrote."""
PATIENCE_SECONDS = 30.0
"""How long to wait for the lock of another process."""
PAUSES = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 0.025, 0.025, 0.05, 0.05)
"""Seconds between two tries to get the lock, as SQLite's own busy handler; then LONGEST_PAUSE."""
LONGEST_PAUSE = 0.1
WRITING, READING = "BEGIN IMMEDIATE", "BEGIN"
WRITES = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""In WAL mode only FULL keeps committed transactions through a power cut; deleted data is
overwritten in place.
"""
EMPTY_JOURNAL = "PRAGMA wal_checkpoint(TRUNCATE)"
ERASES = "motcua_erases"
"""Key in a connection's `info`: its transaction deletes data that must not remain readable."""
READS = ("query_only=ON",)
QUICK_SECONDS = 0.002
"""A COMMIT this short blocks the event loop no longer than a request does; a thread for it takes
the interpreter away from the requests that arrive meanwhile.
"""
REMEMBERED_COMMITS = 8
"""How many of the last ones count in the average."""


class Commits:
    """Runs each COMMIT where it costs least: on the loop after quick ones, else in a thread."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._average_seconds = 2 * QUICK_SECONDS
        """Begins slow: a disk is trusted once it has been seen to be quick."""

    async def run(self, commit: Callable[[], None]) -> None:
        """Commit, and remember how long it took."""

        def timed() -> None:
            begun = self._clock()
            commit()
            took = self._clock() - begun
            self._average_seconds += (took - self._average_seconds) / REMEMBERED_COMMITS

        if self._average_seconds <= QUICK_SECONDS:
            timed()
            await asyncio.sleep(0)  # many writes in a row leave the others their turn
        else:
            await _in_thread(timed)


class SqliteConnection:
    """A `Connection` whose statements run on the event loop, in a transaction of `begin`."""

    def __init__(self, sync: SyncConnection, begin: str) -> None:
        self._sync = sync
        self._begin = begin

    @property
    def dialect(self) -> Dialect:
        """SQLite's."""
        return self._sync.dialect

    async def execute(self, statement: Any, parameters: Any = None) -> Any:  # noqa: ANN401
        """Run one statement; fetch its rows within the transaction."""
        return self._sync.execute(statement, parameters)

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:  # noqa: ANN401
        """The first column of the first row; None without a row."""
        return self._sync.scalar(statement, parameters)

    async def run_sync(self, fn: Callable[..., T], *arg: Any, **kw: Any) -> T:  # noqa: ANN401
        """Call a function with SQLAlchemy's synchronous connection."""
        return fn(self._sync, *arg, **kw)

    async def rollback(self) -> None:
        """Undo everything the transaction has done so far, and begin a new one."""
        self._sync.rollback()
        self._sync.exec_driver_sql(self._begin)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteDriver:
    """One file: one writer at a time, any number of readers."""

    name = "sqlite"
    writer: Engine
    inline: Engine
    reader: "AsyncEngine | None"
    """None: this process is alone on its loop."""
    patience_seconds: float
    commits: Commits = field(default_factory=Commits)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """The writers of this process queue here rather than at the file's lock."""
    erased: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the journal may still hold what was erased: a reader kept it from being emptied."""

    @classmethod
    def open(
        cls, url: URL, patience_seconds: float = PATIENCE_SECONDS, *, alone: bool = False
    ) -> "SqliteDriver":
        """Connect lazily to the file of `url`."""
        wait = {"timeout": patience_seconds}
        sizes = {"pool_size": 4, "max_overflow": -1, "pool_use_lifo": True, **QUIET}
        sync = url.set(drivername="sqlite")
        shared = {**wait, "check_same_thread": False}
        driver = cls(
            writer=create_engine(sync, connect_args=shared, pool_size=1, **QUIET),
            inline=create_engine(sync, connect_args=shared, **sizes),
            reader=None if alone else _threaded(url, {"connect_args": wait, **sizes}),
            patience_seconds=patience_seconds,
        )
        _prepare(driver.writer, (*WRITES, "busy_timeout=0"))
        _prepare(driver.inline, READS)
        return driver

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        """A transaction that holds the file's one write lock from its beginning."""
        async with self.turn:
            with self.writer.connect() as sync:
                await self._begin(sync)
                yield SqliteConnection(sync, WRITING)
                await self.commits.run(sync.commit)
                if sync.info.pop(ERASES, None):
                    self.erased.set()
                if self.erased.is_set() and await _in_thread(partial(_journal_is_empty, sync)):
                    self.erased.clear()

    def write_at_once(self) -> AbstractAsyncContextManager[Connection]:
        """The same as `write`: the process itself holds the file's lock."""
        return self.write()

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """A read-only transaction on one snapshot, in a thread unless opened with `alone`."""
        return self._read_alone() if self.reader is None else self.reader.begin()

    @asynccontextmanager
    async def _read_alone(self) -> AsyncIterator[Connection]:
        """A read of any length at once; before and after it the loop can hear Ctrl-C."""
        await asyncio.sleep(0)
        async with self.read_inline() as conn:
            yield conn
        await asyncio.sleep(0)

    @asynccontextmanager
    async def read_inline(self) -> AsyncIterator[Connection]:
        """A read of a few rows by an index; it blocks the event loop."""
        with self.inline.connect() as sync:
            sync.exec_driver_sql(READING)
            yield SqliteConnection(sync, READING)

    async def close(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.inline.dispose()
        if self.reader is not None:
            await self.reader.dispose()

    async def _begin(self, sync: SyncConnection) -> None:
        """Get the write lock; raises OperationalError `database is locked` after the time-out."""
        loop = asyncio.get_running_loop()
        end, tries = loop.time() + self.patience_seconds, 0
        while not _try_begin(sync, may_fail=loop.time() < end):
            await asyncio.sleep(PAUSES[tries] if tries < len(PAUSES) else LONGEST_PAUSE)
            tries += 1


def _threaded(url: URL, options: dict[str, Any]) -> "AsyncEngine":
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url.set(drivername="sqlite+aiosqlite"), **options)
    _prepare(engine.sync_engine, READS)

    @event.listens_for(engine.sync_engine, "begin")
    def _begins(connection: SyncConnection) -> None:
        connection.exec_driver_sql(READING)

    return engine


def _try_begin(sync: SyncConnection, *, may_fail: bool) -> bool:
    """Try to begin; False if another process has the lock and the time-out is not over."""
    try:
        sync.exec_driver_sql(WRITING)
    except OperationalError as error:
        if not may_fail or not _is_busy(error):
            raise
        return False
    return True


def mark_erasure(sync: SyncConnection) -> None:
    """Have the journal emptied after this transaction: it keeps every page as it was before."""
    sync.info[ERASES] = True


def _journal_is_empty(sync: SyncConnection) -> bool:
    """Empty it, unless a reader still needs it."""
    try:
        (busy, *_) = sync.exec_driver_sql(EMPTY_JOURNAL).one()
    except OperationalError:  # what was to be written is committed: this can wait
        return False
    finally:
        sync.rollback()
    return not busy


def _is_busy(error: OperationalError) -> bool:
    code: int = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY


async def _in_thread(work: Callable[[], T]) -> T:
    """Run the function in a thread. A cancellation waits for its end, so that no connection is left
    in a thread.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _prepare(engine: Engine, pragmas: tuple[str, ...]) -> None:
    """Configure its connections so that this module issues BEGIN: the driver's own, deferred until
    the first write, lets another writer in between read and write. On the loop no listener issues
    it, since a listener slows every statement.
    """

    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
        except UnicodeDecodeError:  # SQLite quotes the damaged bytes, which are not UTF-8
            raise sqlite3.DatabaseError("malformed") from None
        finally:
            cursor.close()
