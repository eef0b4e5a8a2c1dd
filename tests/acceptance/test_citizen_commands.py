"""`motcua dossiers link · invite · citizen · purge`, as processes on both kinds of database."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.support.command import Motcua
from tests.fakes.telegram import FakeTelegram
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, OA_ID, OA_SECRET

UNITS = "code,name,level,block\nXA01,UBND xã An Hòa,xa,xa\nXA02,UBND xã An Dũng,xa,xa\n"
CODE = "000.17.22.H56-210503-0001"
COLUMNS = "code unit channel received_at due_at finished_at returned_at status applicant phone"
ROWS = (
    f"{CODE} XA01 1 03/05/2021 10/05/2021 10/05/2021 10/05/2021 10 Hoa 0912345678",
    "000.17.22.H56-210503-0002 XA01 1 03/05/2021 10/05/2021 - - 4 Hoa 0912345678",
    "000.17.22.H56-210503-0003 XA02 1 03/05/2021 10/05/2021 09/05/2021 09/05/2021 10 Nam -",
)
DOSSIERS = "\n".join(row.replace(" ", ",").replace(",-", ",") for row in (COLUMNS, *ROWS))


def opened(folder: Path, url: str) -> Motcua:
    """An office with two units and three dossiers."""
    motcua = Motcua(folder=folder, url=url, settings={"key": "0f" * 16 + "a1" * 16})
    (folder / "units.csv").write_text(UNITS, "utf-8")
    (folder / "dossiers.csv").write_text(DOSSIERS, "utf-8")
    for args in (("db", "upgrade"), ("units", "import", "units.csv")):
        assert motcua(*args).code == 0
    assert motcua("dossiers", "import", "dossiers.csv").code == 0
    return motcua


@pytest.fixture
def office(tmp_path: Path, sqlite_url: str) -> Motcua:
    """An office with one file."""
    return opened(tmp_path, sqlite_url)


@pytest.fixture
def any_office(tmp_path: Path, database_url: str) -> Motcua:
    """An office on either kind of database."""
    return opened(tmp_path, database_url)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram on this machine."""
    async with FakeTelegram() as fake:
        yield fake


def test_link_prints_the_page(office: Motcua) -> None:
    """A new token each time, after the #, at the address citizens use."""
    plain = office("dossiers", "link", CODE.lower(), public_url="https://mot.cua")
    assert plain.code == 0
    assert "https://mot.cua/#" in plain.out
    (one,), (other,) = (office.json("dossiers", "link", CODE) for _ in range(2))
    assert one["channel"] == "web"
    assert one["link"].startswith("http://127.0.0.1:8080/#")
    assert len(one["link"].partition("#")[2]) == 22
    assert one != other


def test_link_of_an_unknown_dossier_is_refused(office: Motcua) -> None:
    """One sentence, exit 1."""
    refused = office("dossiers", "link", "000.17.22.H56-210503-9999")
    assert refused.code == 1
    assert "000.17.22.H56-210503-9999" in refused.err
    assert refused.out == ""


async def test_link_asks_telegram_for_the_bots_name(
    office: Motcua, telegram: FakeTelegram, tmp_path: Path
) -> None:
    """And remembers it; while it was never learned, the page's link is printed all the same."""
    import asyncio

    away = {"telegram_token": telegram.token, "telegram_api_base": "http://127.0.0.1:9"}
    there = away | {"telegram_api_base": telegram.root}
    link = ("dossiers", "link", CODE, "--format", "json")
    first = await asyncio.to_thread(lambda: office(*link, **away))
    assert [row["channel"] for row in first.json()] == ["web"]
    assert "telegram check" in first.err
    second = await asyncio.to_thread(lambda: office(*link, **there))
    links = {row["channel"]: row["link"] for row in second.json()}
    assert links["telegram"].startswith("https://t.me/")
    token = links["web"].partition("#")[2]
    assert links["telegram"].endswith(f"?start={token}")
    third = await asyncio.to_thread(lambda: office(*link, **away))
    assert {row["channel"] for row in third.json()} == {"web", "telegram"}


def test_zalos_link_is_said_to_carry_nothing(office: Motcua) -> None:
    """It opens the account's chat; what to send there is told."""
    zalo = {
        "zalo_oa_app_id": APP_ID,
        "zalo_oa_app_secret": APP_SECRET,
        "zalo_oa_secret": OA_SECRET,
        "zalo_oa_id": OA_ID,
    }
    done = office("dossiers", "link", CODE, "--format", "json", lang="en", **zalo)
    links = {row["channel"]: row["link"] for row in done.json()}
    assert links["zalo_oa"] == f"https://zalo.me/{OA_ID}"
    assert "then sends" in done.err


def test_invite_counts_and_is_repeatable(any_office: Motcua) -> None:
    """A dry run writes nothing; twice is once; the quota is named."""
    tried = any_office.json("invite", "2021-Q2", "--dry-run")
    assert tried == any_office.json("invite", "2021-Q2", "--dry-run")
    done = any_office("invite", "2021-Q2", "--format", "json")
    assert done.json() == tried
    assert [(row["unit"], row["returned"], row["queued"]) for row in tried] == [
        ("XA01", 1, 1),
        ("XA02", 1, 1),
    ]
    assert tried[0]["quota"] == 1
    again = any_office("invite", "2021-Q2", lang="en")
    assert "Queued 0 invitations; 0 more dossiers wait (2 in all)" in again.err
    assert any_office.json("invite", "2021-Q1") == []


def test_invite_refuses_what_it_cannot_read(office: Motcua) -> None:
    """A period, a percentage."""
    for args, code in ((("2021-Q9",), 1), ((), 2), (("2021-Q2", "--sample", "101"), 2)):
        refused = office("invite", *args)
        assert refused.code == code
        assert "Traceback" not in refused.err


def test_citizen_export_and_erase(any_office: Motcua) -> None:
    """All that is held, by phone or code; after erasing nothing is; both are in the audit log."""
    rows = any_office.json("citizen", "export", "--phone", "0912 345 678")
    held = {(row["kind"], row["value"]) for row in rows}
    assert {("applicant", "Hoa"), ("phone", "+84912345678")} <= held
    assert len({row["subject"] for row in rows}) == 2
    other = any_office.json("citizen", "export", "--dossier", "000.17.22.H56-210503-0003")
    assert ("applicant", "Nam") in {(row["kind"], row["value"]) for row in other}
    assert any_office("citizen", "erase", "--phone", "0912345678", typed="n\n").code == 1
    unattended = any_office("citizen", "erase", "--phone", "0912345678")
    assert unattended.code == 1
    assert "--yes" in unattended.err
    assert any_office("citizen", "erase", "--phone", "0912345678", "--yes").code == 0
    gone = any_office("citizen", "export", "--phone", "0912345678")
    assert gone.code == 1
    kept = any_office.json("dossiers", "show", CODE)
    assert kept["code"] == CODE
    trail = any_office("audit", "list", "--format", "json").out
    assert "citizen.export" in trail
    assert "citizen.erase" in trail
    assert "0912345678" not in trail
    assert "Hoa" not in trail
    assert any_office("audit", "verify").code == 0


def test_citizen_refuses_what_it_cannot_find(office: Motcua) -> None:
    """One sentence that says what to do."""
    both = ("--phone", "0912345678", "--dossier", CODE)
    for args in ((), ("--phone", "12"), ("--phone", "0912345679"), ("--dossier", "X"), both):
        refused = office("citizen", "export", *args)
        assert refused.code == 1
        assert refused.out == ""
        assert refused.err.startswith("Lỗi: ")


def test_only_an_admin_serves_citizens(office: Motcua) -> None:
    """Other officers are refused; the user who created the database is an administrator."""
    export = ("citizen", "export", "--phone", "0912345678")
    assert office("staff", "add", "lan", "--role", "clerk", "--role", "verifier").code == 0
    assert office("--as", "lan", *export).code == 1
    assert office("--as", "lan", "purge").code == 1
    assert office(*export).code == 0
    assert office("staff", "add", "lan", "--role", "admin").code == 0
    assert office("--as", "lan", *export).code == 0


def test_purge_counts_unless_told_to_delete(any_office: Motcua) -> None:
    """The dry run is the default and changes nothing."""
    expired = any_office("dossiers", "link", CODE, link_days="1")
    assert expired.code == 0
    counted = {row["what"]: row["count"] for row in any_office.json("purge")}
    assert set(counted) >= {"answers", "petitioners", "inbox", "outbox", "links", "contacts"}
    done = {row["what"]: row["count"] for row in any_office.json("purge", "--yes")}
    assert done == counted
    assert json.loads(any_office("audit", "list", "--format", "json").out)[0]["action"] == "purge"
