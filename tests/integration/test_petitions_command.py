"""`motcua petitions`: what was sent is listed with its day, answered, passed on."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from admin.commands.petitions import (
    answer_petition,
    forward_petition,
    list_petitions,
    show_petition,
)
from admin.kit.output import Format
from admin.kit.runtime import Runtime
from admin.kit.unit_scope import UnitScope
from surveys.errors import Refusal
from surveys.privacy import Keyring
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.citizens import contacts
from surveys.store.results import petitions
from tests.integration.office import KEY, NOW, office
from tests.integration.rows import add_dossier, add_unit

WORDS = {"content": "Bị đòi thêm tiền", "name": "Hoa", "address": "thôn 2", "phone": ""}
CODE = "ABCDEFGH"


async def _sent(url: str, *, draft: bool = False) -> None:
    """A petition about a dossier of XA01, due six days before `NOW`."""
    database = Database.open(url)
    async with database.write() as conn:
        dossier = await add_dossier(conn, await add_unit(conn, "XA01"), "D1")
        contact = await contacts.meet(
            conn, channel="web", bot="page", chat_key="k", address_sealed=b"", language="vi",
            now=NOW, simulated=False,
        )  # fmt: skip
        made = await petitions.begin(
            conn, reference=CODE, contact_id=contact.id, dossier_id=dossier, response_id=None,
            now=NOW,
        )  # fmt: skip
        ring = Keyring(bytes.fromhex(KEY))
        await petitions.write(conn, made.id, ring.seal(json.dumps(WORDS)), dossier)
        if not draft:
            await petitions.send(conn, made, NOW, NOW.date().replace(month=6, day=25))
    await database.close()


async def _listed(runtime: Runtime, capsys: pytest.CaptureFixture[str], **more: Any) -> Any:  # noqa: ANN401
    await list_petitions.callback(  # type: ignore[misc]
        runtime,
        **(
            {"unit": None, "only_open": False, "out": None, "force": False, "shown_as": Format.JSON}
            | more
        ),
    )
    return json.loads(capsys.readouterr().out)


async def test_a_petition_is_listed_shown_passed_on_and_answered(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Content and contact for the verifier; every look and decision is in the audit log."""
    await _sent(sqlite_url)
    async with office(sqlite_url) as runtime:
        (row,) = await _listed(runtime, capsys)
        assert (row["reference"], row["unit"], row["days_over"]) == (CODE, "XA01", 6)
        assert "Hoa" not in str(row)
        await show_petition.callback(runtime, reference="abcdefgh", shown_as=Format.JSON)  # type: ignore[misc]
        shown = json.loads(capsys.readouterr().out)
        assert [shown[name] for name in WORDS] == ["Bị đòi thêm tiền", "Hoa", "thôn 2", None]
        await forward_petition.callback(runtime, reference=CODE, to="Thanh tra")  # type: ignore[misc]
        (row,) = await _listed(runtime, capsys, only_open=True)
        assert (row["state"], row["forwarded_to"]) == ("forwarded", "Thanh tra")
        ask: dict[str, Any] = {"reference": CODE, "found": "upheld", "text": "Đã trả lại tiền"}
        await answer_petition.callback(runtime, **ask, again=False)  # type: ignore[misc]
        with pytest.raises(Refusal, match="answered_before"):
            await answer_petition.callback(runtime, **ask, again=False)  # type: ignore[misc]
        capsys.readouterr()
        assert await _listed(runtime, capsys, only_open=True) == []
        database = await runtime.database()
        async with database.read() as conn:
            trail = (await conn.execute(schema.audit.select())).mappings().all()
    actions = ["petitions.show", "petitions.forward", "petitions.answer"]
    assert [one["action"] for one in trail] == actions


async def test_a_draft_is_in_nobodys_list(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the citizen has not sent is not read by anybody."""
    await _sent(sqlite_url, draft=True)
    async with office(sqlite_url) as runtime:
        assert await _listed(runtime, capsys) == []
        with pytest.raises(Refusal, match=r"petitions\.unknown"):
            await show_petition.callback(runtime, reference=CODE, shown_as=Format.JSON)  # type: ignore[misc]


async def test_an_officer_of_another_unit_sees_none(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A petition of another unit is refused as if it were not there."""
    await _sent(sqlite_url)
    async with office(sqlite_url) as whole:
        runtime = replace(whole, scope=UnitScope(unit="XA02", numbers={"XA02": 2}))
        assert await _listed(runtime, capsys) == []
        with pytest.raises(Refusal, match=r"petitions\.unknown"):
            await forward_petition.callback(runtime, reference=CODE, to="Thanh tra")  # type: ignore[misc]


async def test_the_list_is_written_to_a_workbook(
    sqlite_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The columns of the list in words, no name; an existing file stays without `--force`."""
    await _sent(sqlite_url)
    ask: dict[str, Any] = {"unit": None, "only_open": False, "out": tmp_path / "p.xlsx"}
    async with office(sqlite_url) as runtime:
        for force in (False, True):
            await list_petitions.callback(runtime, **ask, force=force, shown_as=Format.TABLE)  # type: ignore[misc]
        with pytest.raises(Refusal, match=r"files\.exists"):
            await list_petitions.callback(runtime, **ask, force=False, shown_as=Format.TABLE)  # type: ignore[misc]
    assert capsys.readouterr().out == ""
    page = openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets[1]
    heads, line = ([cell.value for cell in page[row]] for row in (5, 6))
    assert dict(zip(heads, line, strict=True))["Mã"] == CODE
    assert "25/06/2021" in line
    assert 6 in line
    assert not any(word in str(line) for word in ("Hoa", "thôn 2", "Bị đòi"))
