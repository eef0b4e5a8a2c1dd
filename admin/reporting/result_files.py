"""Writes tallies and ratings as JSON, CSV or XLSX, by the file's suffix."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from admin.inviting.funnel_view import StatusView
from admin.kit.tables import Row
from admin.rating.view import RatingView
from admin.reporting.files import write_whole
from admin.reporting.funnel_workbook import FunnelWorkbook
from admin.reporting.list_workbook import ListWorkbook
from admin.reporting.rating_workbook import RatingWorkbook
from admin.reporting.result_formats import write_csv, write_json
from admin.reporting.review_workbook import ReviewWorkbook
from admin.reporting.tally_workbook import TallyWorkbook
from admin.tallying.view import Show, TallyView
from admin.verifying.review_list import ReviewList
from admin.verifying.review_sheet import SheetRow
from surveys.store.results.free_texts import FreeText


def write_tally(
    view: TallyView,
    file: Path,
    *,
    office: str,
    unit_names: Mapping[str, str],
    show: Show | None = None,
    comments: Sequence[FreeText] | None = None,
    force: bool = False,
) -> int:
    """Write a tally; returns the number of rows. `unit_names`: the names of units by code. `show`
    None: what each kind of file is for, ids in CSV and labels in XLSX; JSON has both.

    Raises OSError, Refusal `reporting.suffix` or `files.exists`.
    """
    book = TallyWorkbook(
        texts=view.texts,
        tally=view.tally,
        office=office,
        unit_names=unit_names,
        show=show or Show.LABELS,
        comments=comments,
    )
    labelled = show is Show.LABELS
    rows = view.as_labelled_rows(unit_names) if labelled else view.as_rows()
    writers = {
        ".json": lambda draft: write_json(draft, view.as_json()),
        ".csv": lambda draft: write_csv(draft, *rows),
        ".xlsx": book.write,
    }
    write_whole(file, writers, force=force)
    return len(view.tally.cells)


def write_invitations(view: StatusView, file: Path, *, office: str, force: bool = False) -> None:
    """Write the status of invitations. Raises OSError, Refusal `reporting.suffix` or
    `files.exists`."""
    book = FunnelWorkbook(view=view, office=office)
    writers = {
        ".json": lambda draft: write_json(draft, view.as_json()),
        ".csv": lambda draft: write_csv(draft, *view.as_rows()),
        ".xlsx": book.write,
    }
    write_whole(file, writers, force=force)


def write_petitions(
    book: ListWorkbook, rows: Sequence[Row], file: Path, *, force: bool = False
) -> None:
    """Write petitions; `rows` are those for programs. Raises OSError, Refusal `reporting.suffix`
    or `files.exists`."""
    keys = [one.key for one in book.columns]
    writers = {
        ".json": lambda draft: write_json(draft, [{k: row[k] for k in keys} for row in rows]),
        ".csv": lambda draft: write_csv(draft, rows, keys),
        ".xlsx": book.write,
    }
    write_whole(file, writers, force=force)


def write_review(
    listed: ReviewList,
    rows: Sequence[SheetRow],
    file: Path,
    *,
    office: str,
    force: bool = False,
) -> None:
    """Write a review, as a workbook to decide on. Raises OSError, Refusal `reporting.suffix` or
    `files.exists`."""
    book = ReviewWorkbook(phrases=listed.phrases, period=listed.period, rows=rows, office=office)
    writers = {
        ".json": lambda draft: write_json(draft, listed.as_json()),
        ".csv": lambda draft: write_csv(draft, *listed.as_rows()),
        ".xlsx": book.write,
    }
    write_whole(file, writers, force=force)


def write_rating(view: RatingView, file: Path, *, office: str, force: bool = False) -> None:
    """Write a rating. Raises OSError, Refusal `reporting.suffix` or `files.exists`."""
    book = RatingWorkbook(result=view.result, phrases=view.phrases, office=office)
    writers = {
        ".json": lambda draft: write_json(draft, view.as_json()),
        ".csv": lambda draft: write_csv(draft, *view.as_rows()),
        ".xlsx": book.write,
    }
    write_whole(file, writers, force=force)
