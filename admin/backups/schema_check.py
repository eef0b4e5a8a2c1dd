"""Checks that a backup holds the tables of our migrations and nothing else.

A trigger or a view in a backup would stay active in the restored database and could copy what is
written later. So a backup's schema is compared with the one the migrations create.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import migrations
from admin.backups import pg_tools
from surveys.errors import Refusal
from surveys.store.base.schema import metadata

OWN_TABLES = ("sqlite_sequence", "sqlite_stat1", "sqlite_stat4")
"""Tables that SQLite creates by itself."""
SHAPES = ("table_xinfo", "foreign_key_list", "index_list")
PG_ENTRY = re.compile(r"^\d+; \d+ \d+ ([A-Z]+(?: [A-Z]+)*) (\S+) (\S+)", re.MULTILINE)
PG_KINDS = frozenset(
    (
        *("TABLE", "TABLE DATA", "SEQUENCE", "SEQUENCE OWNED BY", "SEQUENCE SET", "DEFAULT"),
        *("CONSTRAINT", "FK CONSTRAINT", "INDEX", "COMMENT", "ACL"),
    )
)
"""What the migrations create, by pg_restore's names; comments and grants are harmless."""
Shape = dict[str, object]


def require_own_schema(file: Path, revision: str) -> None:
    """Compare a SQLite backup with what the migrations create up to `revision`.

    Raises Refusal `database.foreign_schema`, naming what is extra, missing or different.
    """
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as conn:
        found = _shape(conn)
    with closing(sqlite3.connect(":memory:")) as conn:
        migrations.make_sqlite(conn, revision)
        expected = _shape(conn)
    _refuse(file, {name for name in found | expected if found.get(name) != expected.get(name)})


async def require_own_dump(file: Path) -> None:
    """Check a PostgreSQL dump in the same way, by its table of contents.

    Raises Refusal `database.foreign_schema`, `database.no_pg_tool` or `database.pg_tool`.
    """
    tables = {*metadata.tables, "alembic_version"}
    entries = PG_ENTRY.findall(await pg_tools.contents(file))
    _refuse(
        file,
        {
            f"{kind.lower()} {name}"
            for kind, _, name in entries
            if kind not in PG_KINDS or (kind == "TABLE" and name not in tables)
        },
    )


def _refuse(file: Path, foreign: set[str]) -> None:
    if foreign:
        raise Refusal("database.foreign_schema", file=file, names=", ".join(sorted(foreign)[:5]))


def _shape(conn: sqlite3.Connection) -> Shape:
    """Every object of the schema: tables by columns and keys, others by their SQL text."""
    shape: Shape = {}
    for kind, name, table, sql in conn.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master"
    ):
        if (kind == "table" and name in OWN_TABLES) or (kind == "index" and sql is None):
            continue
        virtual = str(sql).upper().startswith("CREATE VIRTUAL")
        text = " ".join(str(sql).split())
        details = _table(conn, name) if kind == "table" and not virtual else text
        shape[f"{kind} {name}"] = (table, details)
    return shape


def _table(conn: sqlite3.Connection, name: str) -> list[object]:
    """Its columns, foreign keys and indexes (including those SQLite creates for constraints)."""
    quoted = name.replace('"', '""')
    found = [conn.execute(f'PRAGMA {shape}("{quoted}")').fetchall() for shape in SHAPES]
    return [found[0], *(sorted(map(str, rows)) for rows in found[1:])]
