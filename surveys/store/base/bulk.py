"""Adds many rows to one table at once, in the fastest way of each database.

The rows are given column by column, as they are staged: SQLAlchemy's processing of parameters takes
three times as long.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    LargeBinary,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy import Connection as SyncConnection
from sqlalchemy.sql.dml import Insert
from sqlalchemy.types import TypeEngine

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert_for

Columns = Mapping[str, Sequence[Any]]
"""Column → its value in each row, as JSON knows it: times and days in ISO form, bytes as ASCII
text."""

_WHOLE_SECOND = len("2021-03-15T08:15:00")


async def add_rows(conn: Connection, table: Table, columns: Columns) -> int:
    """Add rows (a few thousand at most); columns that are not named stay empty, and rows that exist
    stay as they are. Returns the number of rows that were added.
    """
    if not any(columns.values()):
        return 0
    if conn.dialect.name == "sqlite":
        return await conn.run_sync(_add_in_sqlite, table, columns)
    added = await conn.execute(_adding_arrays(table, tuple(columns)), dict(columns))
    return added.rowcount


def _add_in_sqlite(sync: SyncConnection, table: Table, columns: Columns) -> int:
    statement, order = _adding_sql(table, tuple(columns))
    values = [_in_sqlite(table.c[name].type, columns[name]) for name in order]
    return sync.exec_driver_sql(statement, list(zip(*values, strict=True))).rowcount


def _in_sqlite(kind: object, values: Sequence[Any]) -> Sequence[Any]:
    """The values of a column as SQLAlchemy stores them."""
    if isinstance(kind, DateTime):
        written = {value: value and _moment(value) for value in set(values)}
        return [written[value] for value in values]
    if isinstance(kind, LargeBinary):
        return [value and value.encode() for value in values]
    return values


def _moment(iso: str) -> str:
    """`2021-03-15T08:15:00` as `2021-03-15 08:15:00.000000`."""
    return iso.replace("T", " ") + ("" if len(iso) > _WHOLE_SECOND else ".000000")


@cache
def _adding_sql(table: Table, names: tuple[str, ...]) -> tuple[str, Sequence[str]]:
    """The statement, and the columns in the order of its parameters."""
    from sqlalchemy.dialects import sqlite

    new = insert_for("sqlite", table).on_conflict_do_nothing()
    compiled = new.compile(dialect=sqlite.dialect(), column_keys=list(names))
    return str(compiled), compiled.positiontup or names


@cache
def _adding_arrays(table: Table, names: tuple[str, ...]) -> Insert:
    """PostgreSQL unpacks one array for each column. COPY cannot skip rows that exist."""
    given = [bindparam(name, type_=ARRAY(_sent(table.c[name].type))) for name in names]
    rows = func.unnest(*given).table_valued(*names, name="given").render_derived().c
    values = [_stored(rows[name], table.c[name].type) for name in names]
    new = insert_for("postgresql", table).from_select(names, select(*values).where(true()))
    return new.on_conflict_do_nothing()


def _sent(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type that a value is sent as: the server reads times, days and bytes from text."""
    return Text() if isinstance(kind, DateTime | Date | LargeBinary) else kind


def _stored(sent: ColumnElement[Any], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    if isinstance(kind, LargeBinary):
        encoding: ColumnElement[str] = literal_column("'UTF8'")
        return func.convert_to(sent, encoding)
    return cast(sent, kind) if isinstance(kind, DateTime | Date) else sent
