"""Finds the data subject of a request; shared by the commands about citizens."""

from dataclasses import dataclass

from admin.kit.runtime import Runtime
from bot.channels import registry
from bot.conversation.context import ConversationContext
from bot.texts import load_texts
from surveys.dossier import normal_code
from surveys.errors import Refusal
from surveys.form import current, shipped_forms
from surveys.privacy import normal_phone
from surveys.store.base.connection import Connection
from surveys.store.base.database import Database
from surveys.store.citizens import contacts
from surveys.store.citizens.contacts import Contact, ContactStatus
from surveys.store.dossiers import lookups
from surveys.store.system import meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The data a request is about. `subject` identifies it in the audit log without any name."""

    subject: str
    contacts: tuple[Contact, ...]
    dossier_ids: tuple[int, ...]


async def conversation_context(runtime: Runtime, database: Database) -> ConversationContext:
    """The conversation context of this deployment's bot.

    Raises Refusal `privacy.other_key` (buttons and hashes would match nothing) or `forms.unknown`.
    """
    settings = runtime.settings
    ring = runtime.keyring()
    async with database.write() as conn:
        await meta.require_same_key(conn, ring)
    shipped = shipped_forms()
    current(shipped, settings.form, runtime.today)
    return ConversationContext(
        keyring=ring,
        forms=shipped,
        texts=load_texts(),
        settings=settings,
        traits=registry.all_traits(runtime.settings),
    )


async def find(conn: Connection, runtime: Runtime, phone: str | None, dossier: str | None) -> Found:
    """Find all contacts and dossiers of a phone number or a dossier code.

    Raises Refusal `citizen.which`, `citizen.phone`, `dossiers.unknown` or `citizen.nobody`.
    """
    if (phone is None) == (dossier is None):
        raise Refusal("citizen.which")
    found = await (_by_phone(conn, runtime, phone) if phone else _by_dossier(conn, dossier or ""))
    if not found.contacts and not found.dossier_ids:
        raise Refusal("citizen.nobody")
    return found


async def _by_phone(conn: Connection, runtime: Runtime, phone: str) -> Found:
    number = normal_phone(phone)
    if number is None:
        raise Refusal("citizen.phone", value=phone)
    key = runtime.keyring().phone_key(number)
    dossiers = await lookups.find_ids_by_phone(conn, key)
    known = {one.id: one for one in await contacts.find_by_phone(conn, key)}
    for dossier_id in dossiers:
        known |= {one.id: one for one in await contacts.find_by_dossier(conn, dossier_id)}
    return _found(f"phone:{key[:16]}", known, dossiers)


async def _by_dossier(conn: Connection, code: str) -> Found:
    dossier = await lookups.find_by_code(conn, normal_code(code))
    if dossier is None:
        raise Refusal("dossiers.unknown", dossier=normal_code(code))
    known = {one.id: one for one in await contacts.find_by_dossier(conn, dossier.id)}
    return _found(f"dossier:{dossier.code}", known, [dossier.id])


def _found(subject: str, known: dict[int, Contact], dossiers: list[int]) -> Found:
    here = [one for one in known.values() if one.status is not ContactStatus.ERASED]
    return Found(subject=subject, contacts=tuple(here), dossier_ids=tuple(dossiers))
