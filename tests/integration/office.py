"""A runtime for tests of what commands do, on any database, without a process."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from admin.importing import Report, Source, run_import
from admin.importing.importer import Importer
from admin.kit.identity import Claim, Identity
from admin.kit.runtime import Runtime
from admin.kit.texts import load_texts
from bot.settings import load_settings
from surveys.store.system.staff import Officer, Role

NOW = datetime(2021, 7, 1, 2, 0, tzinfo=UTC)
KEY = "1f" * 16 + "2e" * 16
SYSTEM_USER = "may-1"


@asynccontextmanager
async def office(
    database_url: str, actor: str = "hoa", roles: Iterable[Role] = Role
) -> AsyncIterator[Runtime]:
    """A runtime of an officer with these roles, whose database is closed at the end."""
    settings = load_settings(database_url=database_url, key=KEY)
    async with AsyncExitStack() as exits:
        yield Runtime(
            settings=settings,
            texts=load_texts("vi"),
            now=NOW,
            claim=Claim(os_user=SYSTEM_USER),
            exits=exits,
            who=Identity(name=actor, officer=officer(actor, *roles)),
        )


def officer(name: str, *roles: Role, **more: str) -> Officer:
    """One of the staff."""
    return Officer(name=name, roles=roles, added_at=NOW, **more)


async def take_in(runtime: Runtime, importer: Importer[Any], file: Path) -> Report:
    """Import one file."""
    (report,) = await run_import(runtime, (importer, Source(file=file)))
    return report


def counts(report: Report) -> dict[str, int]:
    """New, changed, same and rejected; accepted + rejected are checked to be all rows."""
    assert report.accepted + report.rejected == report.rows
    return {name: getattr(report, name) for name in ("new", "changed", "same", "rejected")}


def csv_file(folder: Path, *lines: str, name: str = "file.csv") -> Path:
    """A CSV file of these lines."""
    file = folder / name
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file
