"""The annex of who decided what, for auditors: it goes out with the report, so codes are masked."""

from dataclasses import replace

from admin.closing.mark import Mark
from admin.kit.runtime import Runtime
from admin.kit.texts import load_texts
from admin.rating.rulebooks import chosen
from admin.reporting.list_workbook import WIDTHS, list_table
from admin.reporting.workbook import SheetTable
from admin.verifying.decided_list import DecidedList
from admin.verifying.dossier_phrases import DossierPhrases
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results import decided


async def decided_table(
    conn: Connection, runtime: Runtime, period: Period, mark: Mark | None
) -> SheetTable | None:
    """The decisions about a period in Vietnamese, of a signed one those made until it was closed;
    None where there are none.
    """
    until = mark.at if mark is not None and not mark.live else None
    found = await decided.list_decided(conn, period, until)
    if not found:
        return None
    speaking = replace(runtime, texts=load_texts("vi"))
    book = chosen(runtime, None, period=period)
    phrases = DossierPhrases(runtime=speaking, rulebook=book, forms=())
    listed = DecidedList(period=period, found=found, phrases=phrases)
    rows = [listed.words(one, open_codes=False) for one in found]
    return list_table(listed.columns(), rows, WIDTHS)
