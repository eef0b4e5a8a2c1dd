"""The tally of a period to be shown: the signed one if it is closed, else today's."""

from collections.abc import Sequence
from dataclasses import replace

from admin.closing import figures, freezing
from admin.kit.runtime import Runtime
from admin.tallying import counts
from admin.tallying.counts import TallyCounts
from admin.tallying.result import Tally, read_tally
from surveys.period import Period
from surveys.store.base.connection import Connection
from surveys.store.results.closings import Closing
from surveys.store.results.tallies import Dimension


async def show_tally(
    conn: Connection, runtime: Runtime, period: Period, by: Sequence[Dimension], *, live: bool
) -> Tally:
    """The tally to show, marked if the period is closed."""
    mark = await figures.read_mark(conn, runtime, period, live=live)
    settings = runtime.settings
    if mark is None or live:
        read = await read_tally(conn, period, by, settings.form, settings.quota_percent)
        return replace(read, mark=mark)
    signed = await signed_counts(conn, await figures.require_in_force(conn, period))
    return replace(signed.split(by), mark=mark)


async def signed_counts(conn: Connection, closing: Closing) -> TallyCounts:
    """The counts of the tally that was signed. Raises Refusal `closing.broken`."""
    return counts.from_text(await figures.read_part(conn, closing, freezing.TALLY), closing.period)
