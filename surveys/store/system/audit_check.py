"""Verifies the audit log: its hash chain, its seal, and a head that was kept elsewhere."""

from dataclasses import dataclass, field
from enum import StrEnum

from surveys.privacy import Keyring
from surveys.store.base.connection import Connection
from surveys.store.system import audit, meta
from surveys.store.system.audit import AuditRow, Seal

RESTORE = "db.restore"


class Fault(StrEnum):
    """The kinds of faults of a log; the first four concern one row."""

    ROW = "row"
    """The row does not follow from the ones before it, or its words were changed."""
    UNSEALED = "unsealed"
    """The row has no seal although rows before it have one."""
    OTHER_KEY = "other_key"
    """The row was sealed with another key."""
    REPLACED = "replaced"
    """The head kept elsewhere was replaced by the restore that this row records."""
    CUT = "cut"
    """There are fewer rows than the seal says, or others."""
    NO_SEAL = "no_seal"
    """The seal is gone."""
    FORGED_SEAL = "forged_seal"
    """The seal was not made with the deployment's key."""
    HEAD = "head"
    """The head kept elsewhere is not in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a log: the number of its rows, and the last hash."""

    count: int | None
    """None: only the hash is known."""
    hash: str


@dataclass(slots=True, kw_only=True)
class Verdict:
    """The result of a verification."""

    count: int = 0
    last: int = 0
    """The number (id) of the last row."""
    head: str = audit.BEGINNING
    faults: list[tuple[Fault, int | None]] = field(default_factory=list)
    """Each with the row it concerns."""
    unchecked: int = 0
    """Sealed rows whose words could not be checked, because the key is not here."""
    keyless: list[int] = field(default_factory=list)
    """Restores that were written where the key was missing."""


async def verify(conn: Connection, keyring: Keyring | None, kept: Head | None = None) -> Verdict:
    """Follow the chain from the first row to the last, then compare its end with the seal.

    Without the key links, counts and plain hashes are still compared, and `unchecked` counts the
    rest. `kept` is a head that was kept elsewhere.
    """
    seal = await audit.read_seal(conn)
    walk = _Walk(keyring=keyring, seal=seal, kept=kept)
    async for row in audit.read_in_order(conn):
        walk.follow(row)
    begun = await meta.read(conn, meta.KEY_FINGERPRINT) is not None or walk.found.count > 0
    walk.judge_seal(begun=begun)
    walk.judge_head()
    return walk.found


@dataclass(slots=True, kw_only=True)
class _Walk:
    keyring: Keyring | None
    seal: Seal | None
    kept: Head | None
    found: Verdict = field(default_factory=Verdict)
    _sealed_before: bool = False
    _is_broken: bool = False
    _at_seal: str = audit.BEGINNING
    _saw_kept: bool = False
    _replaced_by: int | None = None

    def follow(self, row: AuditRow) -> None:
        found = self.found
        follows = row.previous == found.head
        found.count, found.last, found.head = found.count + 1, row.id, row.hash
        if self.seal is not None and found.count == self.seal.count:
            self._at_seal = row.hash
        self._look_for_kept(row)
        if not self._is_broken:
            self._judge(row, follows=follows)

    def _judge(self, row: AuditRow, *, follows: bool) -> None:
        """Record the first faulty row; every later row depends on it."""
        fault = Fault.ROW if not follows else self._fault_of(row)
        if fault is not None:
            self._is_broken = True
            self.found.faults.append((fault, row.id))

    def _fault_of(self, row: AuditRow) -> Fault | None:
        if row.key_id is None:
            return self._fault_of_plain(row)
        self._sealed_before = True
        if self.keyring is None:
            self.found.unchecked += 1
            return None
        ring = self.keyring.find(row.key_id)
        if ring is None:
            return Fault.OTHER_KEY
        return None if row.is_sound(self.found.count, ring) else Fault.ROW

    def _fault_of_plain(self, row: AuditRow) -> Fault | None:
        if not row.is_sound(self.found.count, None):
            return Fault.ROW
        if self._sealed_before and row.action == RESTORE:
            self.found.keyless.append(row.id)
        elif self._sealed_before:
            return Fault.UNSEALED
        return None

    def _look_for_kept(self, row: AuditRow) -> None:
        if self.kept is None:
            return
        if row.hash == self.kept.hash and self.kept.count in {None, self.found.count}:
            self._saw_kept = True
        if row.action == RESTORE and row.details.get("replaced_head") == self.kept.hash:
            self._replaced_by = row.id

    def judge_seal(self, *, begun: bool) -> None:
        if self.seal is None:
            if begun:
                self.found.faults.append((Fault.NO_SEAL, None))
            return
        if self.keyring is not None and not self.seal.is_from(self.keyring):
            self.found.faults.append((Fault.FORGED_SEAL, None))
        elif self.found.count < self.seal.count or self._at_seal != self.seal.head:
            self.found.faults.append((Fault.CUT, None))

    def judge_head(self) -> None:
        if self.kept is None or self._saw_kept or self.kept.hash == audit.BEGINNING:
            return
        fault = Fault.HEAD if self._replaced_by is None else Fault.REPLACED
        self.found.faults.append((fault, self._replaced_by))
