"""Adds many rows to one table at once, in the fastest way of each database.

SQLAlchemy's processing of parameters takes three times as long.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    LargeBinary,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy import Connection as SyncConnection
from sqlalchemy.sql.dml import Insert

from surveys.store.base.connection import Connection
from surveys.store.base.database import insert_for

PlainRow = Mapping[str, Any]
"""Column → value as JSON knows it: times and days in ISO form, bytes as ASCII text."""

_WHOLE_SECOND = len("2021-03-15T08:15:00")


async def add_rows(
    conn: Connection, table: Table, names: tuple[str, ...], rows: Sequence[PlainRow]
) -> None:
    """Add rows with these columns (a few thousand at most); those that exist stay as they are."""
    if not rows:
        return
    if conn.dialect.name == "sqlite":
        await conn.run_sync(_add_in_sqlite, table, names, rows)
    else:
        await conn.execute(_adding_json(table, names), {"body": json.dumps(rows)})


def _add_in_sqlite(
    sync: SyncConnection, table: Table, names: tuple[str, ...], rows: Sequence[PlainRow]
) -> None:
    statement, order = _adding_sql(table, names)
    columns = [_in_sqlite(table.c[name].type, [row.get(name) for row in rows]) for name in order]
    sync.exec_driver_sql(statement, list(zip(*columns, strict=True)))


def _in_sqlite(kind: object, values: list[Any]) -> list[Any]:
    """The values of a column as SQLAlchemy stores them."""
    if isinstance(kind, DateTime):
        return [value and _moment(value) for value in values]
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
def _adding_json(table: Table, names: tuple[str, ...]) -> Insert:
    """PostgreSQL unpacks one JSON parameter. COPY cannot skip rows that exist."""
    kinds = {name: table.c[name].type for name in names}
    sealed = {name for name, kind in kinds.items() if isinstance(kind, LargeBinary)}
    listed = [column(name, Text() if name in sealed else kind) for name, kind in kinds.items()]
    body = cast(bindparam("body", type_=Text), JSON)
    given = func.json_to_recordset(body).table_valued(*listed, name="given")
    found = given.render_derived(with_types=True).c
    encoding: ColumnElement[str] = literal_column("'UTF8'")
    values = [
        func.convert_to(found[name], encoding) if name in sealed else found[name] for name in names
    ]
    new = insert_for("postgresql", table).from_select(names, select(*values).where(true()))
    return new.on_conflict_do_nothing()
