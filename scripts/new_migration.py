"""Draft the next migration from the difference between the tables and the last revision.

    .venv/bin/python scripts/new_migration.py 0003 "officers see complaints"

Read and simplify what it writes; the tests compare the result with the tables.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection

import migrations
from surveys.store.base.database import Database

FOLDER = Path(migrations.__file__).parent / "versions"
VERSIONS = list(FOLDER.glob("[0-9]*.py"))


async def main(revision: str, message: str) -> None:
    """Migrate an empty database to the last revision and write the differences as a migration."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{folder}/draft.sqlite")
        if VERSIONS:
            await migrations.upgrade(database)
        async with database.write() as conn:
            await conn.run_sync(_draft, revision, message)
        await database.close()


def _draft(conn: Connection, revision: str, message: str) -> None:
    config = migrations._config()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = conn
    command.revision(config, message=message, autogenerate=True, rev_id=revision)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
    (FOLDER / "HEAD").write_text(f"{sys.argv[1]}\n")
