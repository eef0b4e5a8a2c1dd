"""`motcua qr`: receipts and posters with codes that a phone can read."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import click

from admin.importing import UnitIndex
from admin.kit.files import PRIVATE, draft_of, require_free
from admin.kit.runtime import FILE, Runtime, group
from admin.printing.chosen import choose
from admin.printing.linked import Batch, Linked, make_batch, new_token, require_base
from surveys.errors import Refusal
from surveys.store.pushing import counters

A6, LABELS = "a6", "labels"
LIST = "duong-dan.xlsx"

command = group("qr")


@command.command("receipts")
@click.argument("which", metavar="PERIOD|FILE")
@click.option("--out", type=FILE, metavar="DIR", required=True)
@click.option("--kind", type=click.Choice([A6, LABELS]), default=A6, show_default=True)
@click.option("--by", type=click.Choice(["returned", "received"]), default="returned")
@click.option("--svg", is_flag=True)
@click.option("--applicant", is_flag=True)
@click.option("--local", is_flag=True)
@click.option("--force", is_flag=True)
async def print_receipts(
    runtime: Runtime,
    which: str,
    out: Path,
    kind: str,
    by: str,
    svg: bool,  # noqa: FBT001 - click calls by name
    applicant: bool,  # noqa: FBT001
    local: bool,  # noqa: FBT001
    force: bool,  # noqa: FBT001
) -> None:
    """Print a receipt for each dossier; the links work once every file is written."""
    base = require_base(runtime.settings, local=local)
    database = await runtime.database()
    found = await choose(runtime, database, which, by=by)
    batch = await make_batch(runtime, database, "receipts", found, base)
    files = _files(out, batch.linked, kind, svg=svg)
    for file in files:
        require_free(file, force=force)
    for folder in dict.fromkeys([out, *(file.parent for file in files)]):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as drafts:
        written = {file: drafts.enter_context(draft_of(file, PRIVATE)) for file in files}
        _print(runtime, batch, written, out, kind, svg=svg, applicant=applicant)
        await batch.keep(runtime, database, "qr.receipts", kind=kind, applicant=applicant)
    told = {"count": len(found), "folder": out, "batch": batch.name, "until": batch.until}
    runtime.say("qr.printed_receipts", **told)


@command.command("poster")
@click.argument("unit")
@click.option("--out", type=FILE, metavar="FILE", required=True)
@click.option("--size", type=click.Choice(["a4", "a5"]), default="a4", show_default=True)
@click.option("--counter", metavar="NAME", default="")
@click.option("--local", is_flag=True)
@click.option("--force", is_flag=True)
async def print_poster(
    runtime: Runtime,
    unit: str,
    out: Path,
    size: str,
    counter: str,
    local: bool,  # noqa: FBT001 - click calls by name
    force: bool,  # noqa: FBT001
) -> None:
    """Print the poster of a counter; its code works once the file is written."""
    if out.suffix.lower() not in {".pdf", ".svg"}:
        raise Refusal("qr.poster_file", file=out)
    url = f"{require_base(runtime.settings, local=local)}/q/{(token := new_token())}"
    require_free(out, force=force)
    database = await runtime.database()
    async with database.read() as conn:
        index = await UnitIndex.load(conn)
    code = index.code_of(unit)
    runtime.scope.require(code)
    name, lasts = index.units[code].name, timedelta(days=runtime.settings.poster_days)
    with draft_of(out, PRIVATE) as draft:
        _write_poster(runtime, draft, out, size=size, unit=name, counter=counter.strip(), url=url)
        async with database.write() as conn:
            number = await counters.make(
                conn, token, index.ids[code], counter.strip(), runtime.now, lasts
            )
            details = {"unit": code, "days": lasts.days}
            await runtime.audit(conn, "qr.poster", f"links:poster-{number}", details)
    until = (runtime.local(runtime.now) + lasts).date()
    runtime.say("qr.printed_poster", file=out, batch=f"poster-{number}", until=until)


def _print(
    runtime: Runtime,
    batch: Batch,
    written: Mapping[Path, Path],
    out: Path,
    kind: str,
    *,
    svg: bool,
    applicant: bool,
) -> None:
    from admin.printing.codes import write_svg
    from admin.printing.mail_merge import write_links
    from admin.printing.names import names_of
    from admin.printing.receipts import Printer

    name_of = names_of(runtime, shown=applicant)
    texts, authority = runtime.texts, runtime.settings.authority
    printer = Printer(texts=texts, authority=authority, until=batch.until, name_of=name_of)
    write = printer.labels if kind == LABELS else printer.pages
    with runtime.progress("qr.progress", len(batch.linked)) as told:
        done = iter(range(1, len(batch.linked) + 1))
        for unit, linked in _by_unit(batch.linked):
            write(written[_pdf(out, unit, kind)], linked, lambda: told(next(done)))
            for one in linked if svg else ():
                write_svg(written[_svg(out, one)], one.url, one.dossier.code)
    shown = name_of if applicant else None
    write_links(written[out / LIST], texts, batch.linked, batch.until, shown)


def _files(out: Path, linked: Sequence[Linked], kind: str, *, svg: bool) -> list[Path]:
    """Every file that will be written."""
    units = [_pdf(out, unit, kind) for unit, _ in _by_unit(linked)]
    images = [_svg(out, one) for one in linked] if svg else []
    return [*units, *images, out / LIST]


def _by_unit(linked: Sequence[Linked]) -> list[tuple[str, list[Linked]]]:
    ordered = sorted(linked, key=lambda one: one.dossier.unit)
    return [(unit, list(some)) for unit, some in groupby(ordered, lambda one: one.dossier.unit)]


def _pdf(out: Path, unit: str, kind: str) -> Path:
    return out / f"{'nhan' if kind == LABELS else 'giay-hen'}-{_safe(unit)}.pdf"


def _svg(out: Path, one: Linked) -> Path:
    return out / "svg" / f"{_safe(one.dossier.code)}.svg"


def _safe(name: str) -> str:
    """The name with only letters, digits, dots and hyphens; a leading dot would hide the file."""
    return "".join(c if c.isalnum() or c in ".-_" else "-" for c in name).lstrip(".") or "-"


def _write_poster(
    runtime: Runtime, draft: Path, out: Path, *, size: str, unit: str, counter: str, url: str
) -> None:
    if out.suffix.lower() == ".svg":
        from admin.printing.codes import write_svg

        write_svg(draft, url, f"{unit} {counter}".strip())
        return
    from admin.printing.posters import write_poster

    authority = runtime.settings.authority
    write_poster(
        draft, runtime.texts, size=size, authority=authority, unit=unit, counter=counter, url=url
    )
