"""What every test may ask for: a real database of either kind, migrated and empty."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hypothesis
import pytest

import migrations
from surveys.store.base.database import Database
from tests.postgres import PostgresServer, alone, running_server

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Where the environment forbids it, each process that a test starts compiles the program anew."""

hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many workers again as cores: a test often waits for a process or a socket."""
    return -(-3 * (os.cpu_count() or 1) // 2)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of this run."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if folder.name.startswith("popen-") else folder


@pytest.fixture(scope="session")
def postgres_server(shared_folder: Path, pytestconfig: pytest.Config) -> Iterator[PostgresServer]:
    """A real PostgreSQL from the wheel, with the template of the databases; one for all workers."""
    os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")  # noqa: S108 - the wheel asks for one
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(f"/tmp/motcua-pg-{run[:12]}")  # noqa: S108 - a socket's path is short
    folder.mkdir(mode=0o755, exist_ok=True)
    lock = shared_folder / "postgres.lock"
    hasty = pytestconfig.getoption("markexpr") != "bench"
    with running_server(folder, lock, hasty=hasty) as server:
        with alone(lock), ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(asyncio.run, server.make_template()).result()
        yield server
    if not any(folder.iterdir()):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def postgres_url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """A PostgreSQL database of its own, migrated and empty."""
    name, shape = await postgres_server.take()
    yield postgres_server.url(name)
    await postgres_server.give_back(name, shape)


@pytest.fixture
async def unmigrated_postgres_url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """A PostgreSQL database of its own without a table."""
    name = await postgres_server.create()
    yield postgres_server.url(name)
    await postgres_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "motcua.sqlite"
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, _migrate(f"sqlite:///{file}")).result()
    return file


async def _migrate(url: str) -> None:
    database = Database.open(url)
    await migrations.upgrade(database)
    await database.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, unmigrated_sqlite_url: str) -> str:
    """A SQLite file of its own, migrated and empty."""
    shutil.copyfile(sqlite_template, unmigrated_sqlite_url.removeprefix("sqlite:///"))
    return unmigrated_sqlite_url


@pytest.fixture
def unmigrated_sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path}/motcua.sqlite"


BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both kinds of database, migrated and empty."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=BOTH)
def unmigrated_url(request: pytest.FixtureRequest) -> str:
    """The same test on both kinds of database, without a table."""
    url: str = request.getfixturevalue(f"unmigrated_{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database of either kind."""
    opened = Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """A migrated, empty SQLite database, for tests where the kind makes no difference."""
    opened = Database.open(sqlite_url)
    yield opened
    await opened.close()
