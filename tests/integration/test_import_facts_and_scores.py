"""Facts and scores from files: checked by the rules, replaced by key, every change audited."""

import re
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import text

from admin.importing.facts import FactImporter
from admin.importing.importer import Read, Stored
from admin.importing.scores import ScoreImporter
from admin.kit.runtime import Runtime
from scoring.rulebook import find_rulebook
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.dossiers import facts, scores
from surveys.store.dossiers.facts import Fact
from surveys.store.dossiers.scores import Stage
from surveys.store.system import audit
from tests.integration.office import counts, csv_file, office, take_in
from tests.integration.queue_rows import migrated
from tests.integration.rows import add_unit

FACTS = "Đơn vị,Kỳ,Số liệu,Giá trị"
SCORES = "unit,period,stage,criterion,points,note"


async def _units(database: Database) -> None:
    async with database.write() as conn:
        await add_unit(conn, "XA01", name="UBND xã An Hòa", name_key="ubnd xa an hoa")
        await add_unit(conn, "XA02")


async def test_facts_are_taken_in_their_one_writing(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Percent, comma and period are understood; the unit by code or name; twice is once."""
    await _units(database)
    file = csv_file(
        tmp_path,
        FACTS,
        'xã an hòa,2021-q2,onspot_share,"85,5%"',
        "XA01,2021Q2,Publicity,BOTH",
        "XA02,2020,complaints_total,0",
    )
    renamed = file.read_text("utf-8").replace("xã an hòa", "UBND xã An Hòa")
    file.write_text(renamed, "utf-8")
    async with office(database_url) as runtime:
        first = await take_in(runtime, FactImporter(runtime), file)
        again = await take_in(runtime, FactImporter(runtime), file)
    async with database.read() as conn:
        quarter, year = (await facts.list_by_period(conn, ("2021-Q2", "2020"))).values()
    assert counts(first) == {"new": 3, "changed": 0, "same": 0, "rejected": 0}
    assert counts(again) == {"new": 0, "changed": 0, "same": 3, "rejected": 0}
    assert quarter == {"XA01": {"onspot_share": "0.855", "publicity": "both"}}
    assert year == {"XA02": {"complaints_total": "0"}}


async def test_facts_out_of_range_are_rejected(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Unknown unit, fact and period, a share above 1, twice; a part larger than its whole even
    when the whole is already stored."""
    await _units(database)
    stored = csv_file(tmp_path, FACTS, "XA01,2021-Q2,complaints_total,3")
    file = csv_file(
        tmp_path,
        FACTS,
        "XA09,2021-Q2,publicity,both",
        "XA01,2021-Q2,speed,1",
        "XA01,quý hai,publicity,both",
        "XA01,2021-Q2,onspot_share,1.2",
        "XA01,2021-Q2,publicity,both",
        "XA01,2021-Q2,publicity,one",
        "XA01,2021-Q2,complaints_on_time,4",
        "XA02,2021-Q2,complaints_on_time,4",
        "XA01,2021-Q2,publicity,",
        name="more.csv",
    )
    async with office(database_url) as runtime:
        await take_in(runtime, FactImporter(runtime), stored)
        report = await take_in(runtime, FactImporter(runtime), file)
    assert counts(report) == {"new": 2, "changed": 0, "same": 0, "rejected": 7}


async def test_the_words_for_publicity_that_a_rejection_names_are_taken(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """An office that wrote another word finds in the reason what it may write."""
    await _units(database)
    wrong = csv_file(tmp_path, FACTS, "XA01,2021-Q2,publicity,hết")
    async with office(database_url) as runtime:
        report = await take_in(runtime, FactImporter(runtime), wrong)
        assert counts(report)["rejected"] == 1
        reason = (tmp_path / "file.csv.rejected.csv").read_text("utf-8-sig").partition("\n")[2]
        *words, written = re.findall("“(.+?)”", reason)
        assert written == "hết"
        assert len(words) == 3
        rows = [f"XA01,2021-Q{number},publicity,{word}" for number, word in enumerate(words, 1)]
        right = csv_file(tmp_path, FACTS, *rows, name="right.csv")
        assert counts(await take_in(runtime, FactImporter(runtime), right))["new"] == 3


async def test_a_changed_fact_is_audited(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """The last value is current, the audit log says what it was before."""
    await _units(database)
    async with office(database_url) as runtime:
        for value in ("one", "both"):
            file = csv_file(tmp_path, FACTS, f"XA01,2021-Q2,publicity,{value}")
            report = await take_in(runtime, FactImporter(runtime), file)
    async with database.read() as conn:
        found = (await facts.list_by_period(conn, ["2021-Q2"]))["2021-Q2"]
        (entry,) = await audit.list_entries(conn, limit=9, action="facts.change")
    assert counts(report) == {"new": 0, "changed": 1, "same": 0, "rejected": 0}
    assert found == {"XA01": {"publicity": "both"}}
    assert entry.subject == "unit:XA01 2021-Q2"
    assert entry.details == {"fact": "publicity", "from": "one", "to": "both"}


async def test_scores_are_checked_by_the_rulebook(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Points within the rulebook's limits, criteria it has, stages there are."""
    await _units(database)
    file = csv_file(
        tmp_path,
        SCORES,
        'XA01,2021-Q2,tự chấm,CS 5,"1,5",',
        "XA01,2021-Q2,appraised,5,1,đã kiểm tra",
        "XA01,2021-Q2,appraised,5,2,",
        "XA01,2021-Q2,appraised,10,1,",
        "XA01,2021-Q2,appraised,6,2.5,",
        "XA01,2021-Q2,hoàn tất,6,2,",
    )
    async with office(database_url) as runtime:
        rulebook = find_rulebook("tt01-2018")
        first = await take_in(runtime, ScoreImporter(runtime, rulebook), file)
        again = await take_in(runtime, ScoreImporter(runtime, rulebook), file)
    async with database.read() as conn:
        own = await scores.list_by_period(conn, "2021-Q2", Stage.SELF)
        appraised = await scores.list_by_period(conn, "2021-Q2", Stage.APPRAISED)
    assert counts(first) == {"new": 2, "changed": 0, "same": 0, "rejected": 4}
    assert counts(again) == {"new": 0, "changed": 0, "same": 2, "rejected": 4}
    assert (str(own["XA01"]["5"]), str(appraised["XA01"]["5"])) == ("1.5", "1")


async def test_a_changed_score_is_audited(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Points and note before and after are in the audit log."""
    await _units(database)
    async with office(database_url) as runtime:
        for points in ("1", "2"):
            file = csv_file(tmp_path, SCORES, f"XA01,2021-Q2,self,5,{points},")
            importer = ScoreImporter(runtime, find_rulebook("tt01-2018"))
            report = await take_in(runtime, importer, file)
    async with database.read() as conn:
        (entry,) = await audit.list_entries(conn, limit=9, action="scores.change")
    assert counts(report)["changed"] == 1
    assert (entry.details["from"], entry.details["to"]) == (["1", ""], ["2", ""])


class _Probed(FactImporter):
    """Tells, once its rows are stored, whether another officer could write to the audit log."""

    def __init__(self, runtime: Runtime, elsewhere: Database) -> None:
        super().__init__(runtime)
        self.others_write: list[bool] = []
        self._elsewhere = elsewhere

    async def store(self, conn: Connection, rows: Sequence[Read[Fact]]) -> Stored:
        """As it is, and then the look from elsewhere."""
        stored = await super().store(conn, rows)
        async with self._elsewhere.write() as other:
            free = await other.scalar(text(f"SELECT pg_try_advisory_xact_lock({audit.PG_LOCK})"))
            self.others_write.append(bool(free))
        return stored


async def test_the_trail_waits_for_no_import(postgres_url: str, tmp_path: Path) -> None:
    """If several officers write at once, an import locks the audit log only at its end."""
    async with migrated(postgres_url) as database, office(postgres_url) as runtime:
        await _units(database)
        for value in ("3", "4"):
            importer = _Probed(runtime, database)
            file = csv_file(tmp_path, FACTS, f"XA01,2020,complaints_total,{value}")
            await take_in(runtime, importer, file)
            assert importer.others_write == [True]
        async with database.read() as conn:
            found = [one.action for one in await audit.list_entries(conn, limit=9)]
    assert found == ["facts.import", "facts.change", "facts.import"]


async def test_facts_are_named_in_vietnamese(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Names, values and periods as offices write them come to the same facts as the ids."""
    await _units(database)
    file = csv_file(
        tmp_path,
        FACTS,
        'XA01,Quý II/2021,Tỷ lệ giải quyết tại chỗ,"85,5 %"',
        "XA01,quý 2 năm 2021,Công khai,Cả hai",
        '"XA01",từ 15/03/2021 đến 14/06/2021,"Số phản ánh, kiến nghị",4',
        "XA01,tháng 5/2021,Số phiếu phát ra,120",
        "XA01,6 tháng đầu năm 2021,Số PAKN kéo dài,0",
        "XA01,2021-Q2,Tốc độ,1",
    )
    async with office(database_url) as runtime:
        report = await take_in(runtime, FactImporter(runtime), file)
    async with database.read() as conn:
        found = await facts.list_by_period(conn, ("2021-Q2", "2021-05", "2021-H1"))
    assert counts(report) == {"new": 5, "changed": 0, "same": 0, "rejected": 1}
    assert "Tỷ lệ giải quyết tại chỗ (onspot_share)" in report.named[0][1]
    assert [one["XA01"] for one in found.values()] == [
        {"onspot_share": "0.855", "publicity": "both", "complaints_total": "4"},
        {"forms_handed_out": "120"},
        {"complaints_prolonged": "0"},
    ]
