"""SQLite statements in one trip to the driver's thread instead of four.

aiosqlite runs each call in a thread of its own, and SQLAlchemy makes four a statement: make a
cursor, execute, fetch, close. A tap of a citizen is some thirty statements, and the trips are most
of what it costs (tests/bench/test_one_hop.py). This cursor does all four in one trip; the rows wait
in memory, where SQLAlchemy puts them anyway.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import aiosqlite

Row = tuple[Any, ...]


class Connection(aiosqlite.Connection):
    """An aiosqlite connection whose cursors make one trip a statement."""

    def cursor(self) -> "Cursor":  # type: ignore[override]
        """A cursor, without going anywhere yet."""
        return Cursor(self)


class Cursor:
    """What SQLAlchemy asks of an asynchronous cursor."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Row] = []
        self.description: Sequence[Row] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "Cursor":
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> "Cursor":
        """Run one statement and take its rows."""
        await self._trip(lambda cursor: cursor.execute(sql, tuple(parameters)))
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> "Cursor":
        """Run one statement for each of the parameters."""
        await self._trip(lambda cursor: cursor.executemany(sql, parameters))
        return self

    async def fetchall(self) -> list[Row]:
        """The rows that are left."""
        rows, self._rows = self._rows, []
        return rows

    async def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next rows."""
        count = size or self.arraysize
        rows, self._rows = self._rows[:count], self._rows[count:]
        return rows

    async def fetchone(self) -> Row | None:
        """The next row."""
        return next(iter(await self.fetchmany(1)), None)

    async def close(self) -> None:
        """Forget the rows; SQLite's own cursor is closed already."""
        self._rows = []

    async def _trip(self, run: Callable[[sqlite3.Cursor], object]) -> None:
        def there() -> tuple[Any, ...]:
            cursor = self._connection._conn.cursor()  # noqa: SLF001 - on the driver's thread
            try:
                run(cursor)
                rows = cursor.fetchall() if cursor.description else []
                return rows, cursor.description, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        went = await self._connection._execute(there)  # type: ignore[no-untyped-call] # noqa: SLF001
        self._rows, self.description, self.rowcount, self.lastrowid = went


def connect(path: str) -> Connection:
    """A connection to the file, opened when it is awaited."""
    connection = Connection(lambda: sqlite3.connect(path), iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with its own
    return connection
