"""What a closing keeps of a dossier, and what of it bears on the figures of a period."""

from datetime import date

from surveys.period import Period
from surveys.store.results.closing_evidence import KeptDossier, kept_dossier

QUARTER = Period(id="2021-Q2", start=date(2021, 3, 15), end=date(2021, 6, 14))
ROW = [1, "D1", "XA01", "2021-05-05", "2021-05-01", 0, 1, 1, 0, 1, 3, 0, 1, "XA02", 36, 2]


def test_rows_of_earlier_versions_are_read() -> None:
    """With the codes of complaints, and without what was added at the end."""
    assert kept_dossier([*ROW, "conduct:pending:NYAZQJYU"]).complaints == "conduct:pending"
    short = kept_dossier([*ROW[:-3], 36, 2, ""])
    assert (short.value("received_by"), short.last_answer, short.complaints) == (None, 36, "")


def test_what_happens_after_the_period_does_not_count() -> None:
    """A dossier received in the period counts as received, one returned in it as returned."""
    pending = _dossier(returned_on=None)
    finished = _dossier(returned_on="2021-07-01", complaints="conduct:pending")
    assert not finished.as_counted(QUARTER).differs_from(pending.as_counted(QUARTER))
    returned = _dossier(returned_on="2021-06-14")
    assert returned.as_counted(QUARTER).differs_from(pending.as_counted(QUARTER))
    earlier = _dossier(received_on="2021-01-05"), _dossier(received_on="2021-01-06")
    assert not earlier[0].as_counted(QUARTER).differs_from(earlier[1].as_counted(QUARTER))


def _dossier(
    *,
    returned_on: str | None = "2021-05-05",
    received_on: str = "2021-05-01",
    complaints: str = "",
) -> KeptDossier:
    return kept_dossier([*ROW[:3], returned_on, received_on, *ROW[5:], complaints])
