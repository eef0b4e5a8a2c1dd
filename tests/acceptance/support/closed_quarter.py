"""A quarter of two units in a database of its own, for tests of what closing does."""

from pathlib import Path

from tests.acceptance.support.command import Motcua

UNITS = ("code,name,level,block", "XA01,UBND xã An Hòa,xa,xa", "XA02,UBND xã An Tân,xa,xa")
HEAD = "code,unit,procedure,channel,received_at,due_at,finished_at,returned_at,status,officer"
DOSSIERS = (
    HEAD,
    "H56-210503-0001,XA01,Khai sinh,online,03/05/2021,10/05/2021,09/05/2021,10/05/2021,10,Hoa",
    "H56-210503-0002,XA01,Khai sinh,Trực tiếp,03/05/2021,10/05/2021,12/05/2021,12/05/2021,10,",
    "H56-210503-0003,XA01,Khai tử,Trực tiếp,03/05/2021,06/05/2021,05/05/2021,05/05/2021,10,",
    "H56-210503-0004,XA02,Khai tử,Trực tiếp,03/05/2021,10/05/2021,,,4,",
)
ANSWERS_HEAD = "dossier,form,answered_at,channel,satisfaction,contacts,agencies,conduct"
ANSWERS = (
    ANSWERS_HEAD,
    "H56-210503-0001,phieu4,11/05/2021,paper,very,none,none,no",
    "H56-210503-0002,phieu4,13/05/2021,paper,unsatisfied,many,none,yes",
)
FACTS = (
    "unit,period,fact,value",
    "XA01,2021-Q2,publicity,both",
    "XA01,2021-Q2,onspot_share,1",
    "XA01,2021-Q2,forms_handed_out,7",
)
CLOSE = ("period", "close", "2021-Q2")


def take(motcua: Motcua, kind: str, lines: tuple[str, ...]) -> None:
    """Import these lines, which must all be accepted."""
    file = motcua.folder / f"late-{kind}.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    report = motcua.json(kind, "import", file)
    assert (report["accepted"], report["rejected"]) == (len(lines) - 1, 0)


def make_quarter(folder: Path, url: str = "sqlite:///motcua.sqlite") -> Path:
    """The quarter in an empty database, by default `motcua.sqlite` in this folder."""
    motcua = Motcua(folder=folder, url=url)
    assert motcua("db", "upgrade").code == 0
    rows = {"units": UNITS, "dossiers": DOSSIERS, "answers": ANSWERS, "facts": FACTS}
    for kind, lines in rows.items():
        take(motcua, kind, lines)
    return folder
