"""Run by Alembic: migrate on the connection that `migrations.upgrade` holds."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import false
from sqlalchemy.schema import DefaultClause

from surveys.store.base.schema import UtcDateTime, ready_for_ddl


def _render(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our own types and defaults as plain SQLAlchemy, so that a revision does not depend on
    later code.
    """
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "server_default" and isinstance(item, DefaultClause) and item.arg is false():
        return "sa.false()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=ready_for_ddl(),
    render_as_batch=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
