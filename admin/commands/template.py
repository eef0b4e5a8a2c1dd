"""`motcua template`: workbooks to fill in and import."""

import shlex
from pathlib import Path

import click

from admin.kit.files import SHARED, draft_of, require_free
from admin.kit.runtime import FILE, Runtime, leaf
from admin.templates.sheets import TEMPLATES
from admin.templates.workbook import write_template
from surveys.errors import Refusal

SUFFIX = ".xlsx"
IMPORTS = {"steps": "dossiers import ho-so.xlsx --steps {file}"}
"""How a kind of file is imported that has no command of its own."""


@leaf("template")
@click.argument("kind", type=click.Choice(list(TEMPLATES)))
@click.option("--out", type=FILE, metavar="FILE", required=True)
@click.option("--force", is_flag=True)
def command(
    runtime: Runtime,
    kind: str,
    out: Path,
    force: bool,  # noqa: FBT001 - click calls by name
) -> None:
    """Write a template for one kind of file."""
    if out.suffix.lower() != SUFFIX:
        raise Refusal("template.suffix", file=out)
    require_free(out, force=force)
    name = runtime.text(f"imports.kinds.{kind}")
    with draft_of(out, SHARED) as draft:
        columns = TEMPLATES[kind]()
        write_template(draft, name, columns, lambda key: _note(runtime, kind, key))
    line = IMPORTS.get(kind, f"{kind} import {{file}}").format(file=shlex.quote(str(out)))
    runtime.say("template.written", file=out, command=f"motcua {line}")


def _note(runtime: Runtime, kind: str, key: str) -> str:
    """The note of a column; one for this kind of file takes precedence over a shared one."""
    for place in (kind, "any"):
        if words := runtime.texts.find(f"template.notes.{place}.{key}"):
            return words
    return ""
