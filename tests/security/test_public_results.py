"""`/ket-qua` gives out the files of the page and nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from yarl import URL

from bot.public_results import PublicPage
from bot.server import Health, Listener, listen, make_server

ATTACKS = (
    "../secret.csv",
    "..%2fsecret.csv",
    "%2e%2e/secret.csv",
    "du-lieu/../../secret.csv",
    "..\\secret.csv",
    "//etc/hosts",
    ".hidden.json",
    "link.csv",
    "outside/secret.csv",
    "du-lieu",
    "key.pem",
    "index.html%00.csv",
    "a/b/c/d.csv",
)


async def _well() -> Health:
    return Health(parts={"database": "ok"}, queues={})


@pytest.fixture
async def listener(tmp_path: Path) -> AsyncIterator[Listener]:
    """A server of a folder next to which there is a secret."""
    page = tmp_path / "page"
    (page / "du-lieu").mkdir(parents=True)
    for name in ("index.html", "style.css", "du-lieu/don-vi.csv", "key.pem", ".hidden.json"):
        (page / name).write_text("public" if name[0] != "." else "secret", "utf-8")
    (page / "key.pem").write_text("secret", "utf-8")
    (tmp_path / "secret.csv").write_text("secret", "utf-8")
    (page / "link.csv").symlink_to(tmp_path / "secret.csv")
    (page / "outside").symlink_to(tmp_path)
    routes = PublicPage(folder=page).routes()
    listening = await listen(make_server(routes, _well), "127.0.0.1", 0)
    yield listening
    await listening.close()


async def test_nothing_but_the_page_is_given_out(listener: Listener) -> None:
    """No traversal, no link, no hidden file, no other kind of file; nothing can be written."""
    root = f"http://127.0.0.1:{listener.port}/ket-qua/"
    async with ClientSession() as session:
        for attack in ATTACKS:
            async with session.get(URL(root + attack, encoded=True)) as answer:
                assert answer.status in (400, 404), attack
                assert "secret" not in await answer.text(), attack
        for send in (session.post, session.put, session.delete):
            async with send(root) as answer:
                assert answer.status == 405


async def test_the_page_is_cached_and_runs_nothing(listener: Listener) -> None:
    """With types, a policy that allows its style alone, and an answer to who has it already."""
    root = f"http://127.0.0.1:{listener.port}/ket-qua"
    async with ClientSession() as session:
        async with session.get(root) as answer:
            assert (answer.status, str(answer.url)) == (200, f"{root}/")
            assert answer.content_type == "text/html"
            policy = answer.headers["Content-Security-Policy"]
            assert "script-src" not in policy
            assert policy.startswith("default-src 'none'; style-src 'self'")
            assert answer.headers["Cache-Control"] == "public, max-age=300"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            known = {"If-None-Match": answer.headers["ETag"]}
        async with session.get(f"{root}/", headers=known) as answer:
            assert answer.status == 304
        async with session.get(f"{root}/du-lieu/don-vi.csv") as answer:
            assert (answer.status, answer.content_type) == (200, "text/csv")
