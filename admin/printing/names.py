"""The applicants' names of dossiers, decrypted only where an officer asked for them."""

from collections.abc import Callable

from admin.kit.runtime import Runtime
from admin.printing.linked import Linked


def names_of(runtime: Runtime, *, shown: bool) -> Callable[[Linked], str | None]:
    """What gives the applicant's name of a dossier; None for each unless `shown`."""
    if not shown:
        return lambda _one: None
    ring = runtime.keyring()

    def name_of(one: Linked) -> str | None:
        sealed = one.dossier.applicant_sealed
        return ring.unseal(sealed) if sealed else None

    return name_of
