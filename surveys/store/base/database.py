"""One SQLite file for a district, PostgreSQL for a province, the same code on both."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    String,
    Table,
    any_,
    cast,
    func,
    literal_column,
    make_url,
    select,
    true,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from surveys.errors import Refusal
from surveys.store.base.connection import Connection, Transaction
from surveys.store.base.sqlite import SqliteDriver, mark_erasure

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    Insert = sqlite.Insert | postgresql.Insert

_KINDS = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*@")
MAX_PORT = 65_535


class Driver(Protocol):
    """The driver of one kind of database."""

    @property
    def name(self) -> str:
        """`sqlite` or `postgresql`."""
        ...

    def write(self) -> Transaction:
        """As `Database.write`."""
        ...

    def write_at_once(self) -> Transaction:
        """As `Database.write_at_once`."""
        ...

    def read(self) -> Transaction:
        """As `Database.read`."""
        ...

    def read_inline(self) -> Transaction:
        """As `Database.read_inline`."""
        ...

    async def close(self) -> None:
        """As `Database.close`."""
        ...


@dataclass(frozen=True, slots=True)
class Database:
    """Opens transactions on one database."""

    driver: Driver

    @classmethod
    def open(cls, url: str, *, alone: bool = False) -> "Database":
        """Connect lazily to `sqlite:///file` or `postgresql://…`; raises Refusal `database.url`.

        `alone`: nothing else runs on this event loop, as in a command, so long reads need no
        thread.
        """
        target = parse_url(url)
        if target.get_backend_name() == "sqlite":
            return cls(SqliteDriver.open(target, alone=alone))
        from surveys.store.base.postgresql import PostgresDriver

        return cls(PostgresDriver.open(target))

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite: one file with one writer."""
        return self.driver.name == "sqlite"

    def write(self) -> Transaction:
        """A transaction that may write; committed at the end, rolled back on any exception."""
        return self.driver.write()

    def write_at_once(self) -> Transaction:
        """A transaction of a single statement. PostgreSQL commits it without hearing from this
        process again, so that its locks end even if the process freezes.
        """
        return self.driver.write_at_once()

    def read(self) -> Transaction:
        """A read-only transaction on one snapshot; it takes no lock."""
        return self.driver.read()

    def read_inline(self) -> Transaction:
        """A read of a few rows by an index. On SQLite it blocks the event loop, which is cheaper
        than using another thread.
        """
        return self.driver.read_inline()

    async def close(self) -> None:
        """Close every connection."""
        await self.driver.close()


def parse_url(url: str) -> URL:
    """Read the address of a database; raises Refusal `database.url`."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Refusal("database.url", url=_PASSWORD.sub(r"\1***@", url)) from None
    kind = _KINDS.get(parsed.drivername.partition("+")[0])
    if kind is None or (parsed.port or 0) > MAX_PORT:
        raise Refusal("database.url", url=parsed.render_as_string())
    return parsed.set(drivername=kind)


def insert(conn: Connection, table: Table) -> "Insert":
    """An INSERT with ON CONFLICT support in the connection's dialect."""
    return insert_for(conn.dialect.name, table)


def insert_for(dialect: str, table: Table) -> "Insert":
    """The same for a dialect by its name, for statements built once: reuse cuts their cost to a
    third.
    """
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def is_one_of(word: ColumnElement[Any], words: Collection[str]) -> ColumnElement[bool]:
    """SQL condition: the column is one of these constants. They are inlined: a list of bound
    parameters makes SQLAlchemy render the statement again on each execution.
    """
    return word.in_([literal_column(f"'{one}'") for one in words])


def is_any(
    conn: Connection, column: ColumnElement[str], texts: Collection[str]
) -> ColumnElement[bool]:
    """SQL condition: the column is one of thousands of texts, which are sent as one parameter."""
    if conn.dialect.name == "sqlite":
        listed = func.json_each(json.dumps(list(texts))).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(cast(list(texts), ARRAY(String)))


async def leave_no_trace(conn: Connection) -> None:
    """What this transaction deletes must not be read from the files either, once it is committed.

    In PostgreSQL that is the server's own work: autovacuum, and the recycling of its journal.
    """
    if conn.dialect.name == "sqlite":
        await conn.run_sync(mark_erasure)


IDLE_MS = 1_500
"""How long a transaction may hold a lock that every process needs while its client is silent."""


def end_if_idle() -> ColumnElement[str]:
    """In PostgreSQL: let the server end this transaction if its client is silent, e.g. a frozen
    process, so that other transactions can continue.
    """
    return func.set_config("idle_in_transaction_session_timeout", str(IDLE_MS), true())


async def read_side_by_side(conn: Connection) -> None:
    """In PostgreSQL: let several processes read for the statements that follow in this transaction,
    also where many groups are expected: it takes them for far more than they are.
    """
    if conn.dialect.name == "postgresql":
        await conn.execute(select(func.set_config("parallel_tuple_cost", "0", true())))


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
