"""SQLite with as few trips to the driver's thread as can be.

aiosqlite runs each call in a thread of its own, and SQLAlchemy makes four a statement: make a
cursor, execute, fetch, close. A tap of a citizen is some twenty statements, and the trips were most
of what it cost (tests/bench/test_one_hop.py). Here a statement is one trip, and where nothing can
take long it is none:

* within `BEGIN IMMEDIATE … COMMIT` the lock is ours and the pages are in memory: the statements run
  where they are asked for; the commit, which waits for the disk, takes the trip;
* reading may take as long as a report: its statements take the trip, its beginning and end, which
  do nothing in SQLite, do not; a glance (`BEGIN DEFERRED`) promises to be short, and takes none;
* whatever would have to wait for another process's lock tries once here, then takes the trip.

A trip that does not come back in order (cancelled, failed) leaves the stage unknown; from then on
everything takes the trip, behind it in the queue, until a transaction begins anew.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from enum import Enum, auto
from functools import partial
from typing import Any, TypeVar, cast

import aiosqlite
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_module
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.util.concurrency import await_, in_greenlet

Row = tuple[Any, ...]
Result = TypeVar("Result")
Work = Callable[[sqlite3.Cursor], object]

READING = "BEGIN"
GLANCING = "BEGIN DEFERRED"
WRITING = "BEGIN IMMEDIATE"
PATIENCE_MS = 30_000
"""How long to wait for another process's lock, on the driver's thread."""


class Stage(Enum):
    """Where a connection is in its transaction, and its thread has nothing to do for it."""

    UNKNOWN = auto()
    NONE = auto()
    READING = auto()
    GLANCING = auto()
    WRITING = auto()


AT_ONCE = frozenset({Stage.WRITING, Stage.GLANCING})
NOT_BEGUN = frozenset({Stage.UNKNOWN, Stage.NONE})
ENDS_AT_ONCE = frozenset({Stage.NONE, Stage.READING, Stage.GLANCING})
BEGINNINGS = {READING: Stage.READING, GLANCING: Stage.GLANCING, WRITING: Stage.WRITING}
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


class Cursor:
    """What SQLAlchemy asks of a cursor; the rows wait in memory, where it puts them anyway."""

    server_side = False
    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: deque[Row] = deque()
        self.description: Sequence[Row] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement and take its rows."""
        self._run(lambda cursor: cursor.execute(sql, parameters))

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each of the parameters."""
        self._run(lambda cursor: cursor.executemany(sql, parameters))

    def fetchone(self) -> Row | None:
        """The next row."""
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next rows."""
        count = min(size or self.arraysize, len(self._rows))
        return [self._rows.popleft() for _ in range(count)]

    def fetchall(self) -> list[Row]:
        """The rows that are left."""
        rows, self._rows = list(self._rows), deque()
        return rows

    def close(self) -> None:
        """Forget the rows; SQLite's own cursor is closed already."""
        self._rows = deque()

    async def _async_soft_close(self) -> None:
        """SQLAlchemy calls it when it has the rows."""

    def _run(self, work: Work) -> None:
        rows, self.description, self.rowcount, self.lastrowid = self._connection.run(work)
        self._rows = deque(rows)


class Connection(AsyncAdapt_aiosqlite_connection):
    """SQLAlchemy's view of an aiosqlite connection."""

    __slots__ = ("_beginning", "_stage")

    def __init__(self, dbapi: AsyncAdapt_dbapi_module, connection: aiosqlite.Connection) -> None:
        super().__init__(dbapi, connection)  # type: ignore[arg-type] # as SQLAlchemy does itself
        self._stage = Stage.UNKNOWN
        self._beginning = WRITING

    def cursor(self, server_side: bool = False) -> Cursor:  # type: ignore[override] # noqa: FBT001, FBT002, ARG002
        """A cursor, without going anywhere yet."""
        return Cursor(self)

    def begin(self, beginning: str = WRITING) -> None:
        """Begin a transaction; else the first statement begins one that may write."""
        self._beginning, then = beginning, BEGINNINGS[beginning]
        go = partial(_begin, self._raw, beginning)
        if self._stage is Stage.NONE:
            with suppress(_Busy):
                self._tried(go, then)
                return
        self._there(go, then)

    def run(self, work: Work) -> tuple[list[Row], Any, int, int | None]:
        """Carry out one statement; its rows, and what the driver says about them."""
        if self._stage in NOT_BEGUN:
            self.begin(self._beginning)
        go = self._here if self.runs_at_once else self._there
        return go(partial(_carry_out, self._raw, work), self._stage)

    @property
    def runs_at_once(self) -> bool:
        """Whether the next statement takes no trip."""
        return self._stage in AT_ONCE

    @property
    def ends_at_once(self) -> bool:
        """Whether there is nothing to wait for at the end."""
        return self._stage in ENDS_AT_ONCE

    def commit(self) -> None:
        """End the transaction; after this it is on the disk."""
        self._end(self._raw.commit)

    def rollback(self) -> None:
        """End the transaction as if it had not been, if there is one."""
        self._end(self._raw.rollback)

    def _end(self, end: Callable[[], None]) -> None:
        if self._connection._connection is None or self._stage is Stage.NONE:  # noqa: SLF001
            return
        go = self._here if self.ends_at_once else self._there
        go(end, Stage.NONE)
        self._beginning = WRITING

    @property
    def _raw(self) -> sqlite3.Connection:
        return self._connection._conn  # type: ignore[no-any-return] # noqa: SLF001

    def _tried(self, work: Callable[[], Result], then: Stage) -> Result:
        """Carry it out if nobody else has the lock; raises _Busy."""
        try:
            return self._here(work, then)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise _Busy from error

    def _here(self, work: Callable[[], Result], then: Stage) -> Result:
        if in_greenlet():
            await_(_at_once())
        try:
            result = work()
        except Exception as error:
            self._handle_exception(error)
        self._stage = then
        return result

    def _there(self, work: Callable[[], Result], then: Stage) -> Result:
        self._stage = Stage.UNKNOWN
        try:
            patient = partial(_patiently, self._raw, work)
            result: Result = await_(self._connection._execute(patient))  # noqa: SLF001
        except Exception as error:
            self._handle_exception(error)
        self._stage = then
        return result


class _Busy(Exception):
    """Somebody else has the lock."""


def _patiently(connection: sqlite3.Connection, work: Callable[[], Result]) -> Result:
    connection.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
    try:
        return work()
    finally:
        connection.execute("PRAGMA busy_timeout=0")


async def _at_once() -> None:
    """In its greenlets SQLAlchemy insists that something is awaited; this gives nobody else a
    turn."""


def _begin(connection: sqlite3.Connection, beginning: str) -> None:
    """After a trip that failed, the transaction may be there still."""
    if not connection.in_transaction:
        connection.execute(beginning)


def _carry_out(connection: sqlite3.Connection, work: Work) -> tuple[list[Row], Any, int, Any]:
    cursor = connection.cursor()
    try:
        work(cursor)
        rows = cursor.fetchall() if cursor.description else []
        return rows, cursor.description, cursor.rowcount, cursor.lastrowid
    finally:
        cursor.close()


def connect(path: str, dbapi: Any) -> DBAPIConnection:  # noqa: ANN401 - a module
    """A connection to the file for SQLAlchemy's own `dbapi`, called where it makes connections."""
    connection = aiosqlite.Connection(partial(_connect, path), iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with its own
    return cast("DBAPIConnection", Connection(dbapi, await_(_opened(connection))))


def _connect(path: str) -> sqlite3.Connection:
    """WAL, full durability, and BEGIN in our hands: the driver's own deferred BEGIN loses
    read-then-write races."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()
    except UnicodeDecodeError:  # SQLite names the damaged part, in letters that are none
        raise sqlite3.DatabaseError("malformed") from None
    return connection


async def _opened(connection: aiosqlite.Connection) -> aiosqlite.Connection:
    """Open it; when that fails, its thread has something to say yet, for which a loop must run."""
    try:
        return await connection
    except sqlite3.Error:
        await asyncio.to_thread(connection._thread.join)  # noqa: SLF001
        raise
