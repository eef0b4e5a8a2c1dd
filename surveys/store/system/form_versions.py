"""Published questionnaires: every version that was ever used, unchanged.

An answer refers to the version of its form, so a published version never changes.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from surveys.errors import Refusal
from surveys.form import Form, same_version_changed
from surveys.store.base.connection import Connection
from surveys.store.base.database import insert
from surveys.store.base.schema import form_versions

Version = tuple[str, str]


async def register(conn: Connection, forms: Iterable[Form], now: datetime) -> None:
    """Publish forms that are not published yet; idempotent.

    Raises Refusal `forms.changed` if the content of a published version differs.
    """
    known = await find_checksums(conn)
    for form in forms:
        if same_version_changed(known, form):
            raise Refusal("forms.changed", form=form.id, version=form.version)
        if (form.id, form.version) not in known:
            new = insert(conn, form_versions).values(_row(form, now))
            await conn.execute(new.on_conflict_do_nothing())


async def find_checksums(conn: Connection) -> dict[Version, str]:
    """The checksum of every published (id, version)."""
    columns = (form_versions.c.form, form_versions.c.version, form_versions.c.checksum)
    rows = await conn.execute(select(*columns))
    return {(form, version): checksum for form, version, checksum in rows}


async def load(conn: Connection, form_id: str, version: str) -> Form:
    """Load a published version. Raises Refusal `forms.unpublished`."""
    which = (form_versions.c.form == form_id, form_versions.c.version == version)
    body = await conn.scalar(select(form_versions.c.body).where(*which))
    if body is None:
        raise Refusal("forms.unpublished", form=form_id, version=version)
    return Form.model_validate_json(body)


async def load_all(conn: Connection) -> dict[Version, Form]:
    """Every published version by (id, version)."""
    rows = await conn.execute(select(form_versions).order_by("form", "registered_at", "version"))
    return {(row.form, row.version): Form.model_validate_json(row.body) for row in rows}


def _row(form: Form, now: datetime) -> dict[str, object]:
    content = form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {
        "form": form.id,
        "version": form.version,
        "checksum": form.checksum,
        "body": json.dumps(content, ensure_ascii=False, sort_keys=True),
        "registered_at": now,
    }
