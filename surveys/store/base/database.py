"""One SQLite file for a district, PostgreSQL for a province, the same code on both."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, event, literal_column, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from surveys.errors import Refusal
from surveys.store.base import at_once, one_hop
from surveys.store.base.connection import Connection

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*@")
LARGEST_PORT = 65_535
Transaction = AbstractAsyncContextManager[Connection]


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Transactions on one database. On SQLite writers of one process queue up here rather than
    in SQLite's busy loop."""

    engine: AsyncEngine
    reader: AsyncEngine
    writers: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def open(cls, url: str) -> "Database":
        """Connect lazily to `sqlite:///file` or `postgresql://…`; raises Refusal `database.url`."""
        target = async_url(url)
        sizes = {"pool_size": 8, "max_overflow": 8, "pool_use_lifo": True}
        if target.get_backend_name() == "sqlite":
            engine = reader = create_async_engine(target, **sizes)
            _own_connections(engine, target.database or "")
        else:
            engine = create_async_engine(target, **sizes)
            reader = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        return cls(engine=engine, reader=reader)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is one file with one writer."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        """A transaction that may write; committed at the end, rolled back on any exception."""
        if not self.is_sqlite:
            async with self.engine.begin() as conn:
                yield conn
            return
        async with self.writers, at_once.begin(self.engine, one_hop.WRITING) as conn:
            yield conn

    def read(self) -> Transaction:
        """A transaction that sees one moment and changes nothing."""
        return self._read(one_hop.READING)

    def glance(self) -> Transaction:
        """A read of a few rows by an index: on SQLite nothing else happens in the process
        meanwhile, which is cheaper than asking another thread."""
        return self._read(one_hop.GLANCING)

    def _read(self, beginning: str) -> Transaction:
        return at_once.begin(self.reader, beginning) if self.is_sqlite else self.reader.begin()

    async def close(self) -> None:
        """Let go of every connection."""
        await self.engine.dispose()


def async_url(url: str) -> URL:
    """`url` with the asynchronous driver of its kind of database."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Refusal("database.url", url=_PASSWORD.sub(r"\1***@", url)) from None
    driver = DRIVERS.get(parsed.drivername.partition("+")[0])
    if driver is None or (parsed.port or 0) > LARGEST_PORT:
        raise Refusal("database.url", url=parsed.render_as_string())
    return parsed.set(drivername=driver)


def insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the connection's database."""
    return insert_for(conn.dialect.name, table)


def insert_for(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The same for a dialect by its name: statements made once cost a third of ones made anew."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def is_one_of(word: ColumnElement[Any], words: Collection[str]) -> ColumnElement[bool]:
    """Whether it is one of these constants of ours. They become part of the statement: parameters
    in a list have a statement that is made once written anew each time."""
    return word.in_([literal_column(f"'{one}'") for one in words])


class now_ms(GenericFunction[int]):  # noqa: N801 - reads as SQL where it is used
    """Milliseconds since 1970 by the database's clock, fixed within a statement."""

    type = BigInteger()
    inherit_cache = True
    name = "now_ms"


@compiles(now_ms, "sqlite")
def _now_ms_sqlite(_element: now_ms, _compiler: SQLCompiler, **_: object) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@compiles(now_ms, "postgresql")
def _now_ms_postgresql(_element: now_ms, _compiler: SQLCompiler, **_: object) -> str:
    return "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)"


def _own_connections(engine: AsyncEngine, path: str) -> None:
    """Have SQLAlchemy use our connections to SQLite (`one_hop`)."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def _connect(dialect: Dialect, *_: object) -> DBAPIConnection:
        return one_hop.connect(path, dialect.dbapi)
