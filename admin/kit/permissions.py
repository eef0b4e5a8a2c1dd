"""Who may run which command: one table, checked before a command's function runs.

A key is the path of a command (`units.import`), with `--option` appended if the option needs more
than its command, or `name=value` if a row of a file does. Only `require` decides. docs/roles.md is
this table for people; a test compares them, and runs every command in every role.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from admin.kit.identity import Identity
from bot.channels.registry import remote_groups
from surveys.errors import Refusal
from surveys.store.system.staff import Role

CLERK, VERIFIER, REPORTER, ADMIN = Role


class Reach(StrEnum):
    """What an officer with a unit scope may use."""

    FIGURES = "figures"
    """Figures of whole units, or no unit's data: officers with a unit scope may too."""
    UNIT = "unit"
    """Rows and dossiers: officers with a unit scope may, on their unit and those below it."""
    OFFICE = "office"
    """Affects the whole office: officers with a unit scope may not."""


@dataclass(frozen=True, slots=True)
class Need:
    """Any one of `roles` is enough; with no roles, every user of the program may."""

    roles: tuple[Role, ...]
    reach: Reach


ANYBODY = Need((), Reach.FIGURES)
"""Reads no data of the office, or creates its database."""
STAFF = Need(tuple(Role), Reach.FIGURES)
ADMINS = Need((ADMIN,), Reach.OFFICE)
CLERKS = Need((CLERK,), Reach.OFFICE)
UNIT_CLERKS = Need((CLERK,), Reach.UNIT)
VERIFIERS = Need((VERIFIER,), Reach.UNIT)

NEEDS: Mapping[str, Need] = {
    "demo": ANYBODY,
    "serve": ANYBODY,
    "check": ANYBODY,
    "template": ANYBODY,
    "forms.list": ANYBODY,
    "forms.check": ANYBODY,
    "forms.try": ANYBODY,
    "rulebooks.list": ANYBODY,
    "rulebooks.diff": ANYBODY,
    "rulebooks.explain": ANYBODY,
    "rulebooks.check": ANYBODY,
    "(channel).check": ANYBODY,
    "(channel).authorize": ADMINS,
    "(channel).ratings": ADMINS,
    "db.upgrade": ANYBODY,
    "db.check": STAFF,
    "db.check --rebuild": ADMINS,
    "db.backup": ADMINS,
    "db.restore": ADMINS,
    "units.list": STAFF,
    "units.import": CLERKS,
    "units.alias.add": CLERKS,
    "units.alias.list": STAFF,
    "units.alias.remove": CLERKS,
    "dossiers.import": UNIT_CLERKS,
    "dossiers.watch": UNIT_CLERKS,
    "dossiers.show": Need(tuple(Role), Reach.UNIT),
    "dossiers.show --reveal": Need((VERIFIER, ADMIN), Reach.UNIT),
    "dossiers.link": UNIT_CLERKS,
    "dossiers.link --applicant": Need((VERIFIER, ADMIN), Reach.UNIT),
    "qr.receipts": UNIT_CLERKS,
    "qr.receipts --applicant": Need((VERIFIER, ADMIN), Reach.UNIT),
    "qr.poster": UNIT_CLERKS,
    "links.list": Need(tuple(Role), Reach.UNIT),
    "links.revoke": UNIT_CLERKS,
    "invite": CLERKS,
    "invitations.plan": STAFF,
    "invitations.status": STAFF,
    "delivery.status": STAFF,
    "delivery.retry": CLERKS,
    "answers.import": UNIT_CLERKS,
    "facts.import": UNIT_CLERKS,
    "facts.list": STAFF,
    "scores.import": Need((CLERK, VERIFIER), Reach.UNIT),
    "scores.import stage=self": UNIT_CLERKS,
    "scores.import stage=appraised": VERIFIERS,
    "scores.list": STAFF,
    "imports.list": STAFF,
    "imports.show": STAFF,
    "imports.show --changes": Need((CLERK, VERIFIER, ADMIN), Reach.OFFICE),
    "imports.undo": Need((CLERK, VERIFIER), Reach.OFFICE),
    "verify.list": VERIFIERS,
    "verify.import": VERIFIERS,
    "verify.decided": VERIFIERS,
    "verify.comments": VERIFIERS,
    "verify.show": VERIFIERS,
    "verify.confirm": VERIFIERS,
    "verify.change": VERIFIERS,
    "verify.refuse": VERIFIERS,
    "verify.aside": VERIFIERS,
    "verify.complaint": VERIFIERS,
    "petitions.list": VERIFIERS,
    "petitions.show": VERIFIERS,
    "petitions.answer": VERIFIERS,
    "petitions.forward": VERIFIERS,
    "news.add": Need((CLERK, VERIFIER, REPORTER), Reach.UNIT),
    "news.list": STAFF,
    "news.approve": Need((ADMIN,), Reach.OFFICE),
    "tally": STAFF,
    "tally --comments": VERIFIERS,
    "rate": STAFF,
    "rate --officials": Need((REPORTER,), Reach.OFFICE),
    "onestop": STAFF,
    "report": STAFF,
    "report --addendum": Need((VERIFIER, REPORTER, ADMIN), Reach.OFFICE),
    "period.close": Need((REPORTER,), Reach.OFFICE),
    "period.reopen": ADMINS,
    "period.list": STAFF,
    "period.diff": Need((VERIFIER, REPORTER, ADMIN), Reach.OFFICE),
    "explain": STAFF,
    "explain --codes": VERIFIERS,
    "staff.add": ADMINS,
    "staff.list": STAFF,
    "staff.remove": ADMINS,
    "staff.key": ADMINS,
    "token.add": ADMINS,
    "token.list": STAFF,
    "token.revoke": ADMINS,
    "audit.list": ADMINS,
    "audit.verify": STAFF,
    "audit.head": STAFF,
    "key.list": ADMINS,
    "key.rotate": ADMINS,
    "citizen.export": ADMINS,
    "citizen.erase": ADMINS,
    "purge": ADMINS,
}
"""In the order of the help. A command without an entry fails a guard test, and is refused."""
FOUNDING = frozenset({"db.restore"})
"""Commands that every user may run if there is no database yet, and so no staff."""


def line_of(path: str) -> str:
    """The entry of a command; the commands of all channels share entries."""
    if path in NEEDS:
        return path
    head, _, rest = path.partition(".")
    return f"(channel).{rest}" if head in remote_groups() else path


def wanted(path: str, params: Mapping[str, object]) -> list[str]:
    """The keys that apply to a command line: its command, and the options given."""
    path = line_of(path)
    options = [f"{path} --{name.replace('_', '-')}" for name, value in params.items() if value]
    return [path, *(key for key in options if key in NEEDS)]


def is_open(key: str) -> bool:
    """Whether every user may, staff or not."""
    return key in NEEDS and not NEEDS[key].roles


def require(who: Identity, key: str) -> None:
    """Raises Refusal `staff.nobody`, `staff.unknown`, `staff.no_right` or `staff.whole_office`."""
    if is_open(key):
        return
    need = NEEDS.get(key, ADMINS)
    if who.officer is None:
        raise Refusal("staff.unknown" if who.staffed else "staff.nobody", name=who.name)
    if not set(need.roles) & set(who.officer.roles):
        role = " / ".join(need.roles)
        raise Refusal("staff.no_right", name=who.name, role=role, add=need.roles[0])
    if need.reach is Reach.OFFICE and who.officer.unit is not None:
        raise Refusal("staff.whole_office", name=who.name, unit=who.officer.unit)
