"""Whether the secret of a webhook is hard to guess."""

import re
from collections.abc import Collection

SECRET = re.compile(r"[A-Za-z0-9_-]{8,256}")
MIN_SIGNS = 5
"""Different characters of a secret: `aaaaaaaa` is guessed at once."""
WEAK = {"12345678", "123456789", "1234567890", "password", "changeme", "webhook-secret"}


def is_strong(secret: str, names: Collection[str] = ()) -> bool:
    """Whether it is 8 to 256 letters, digits, `_` or `-` that nobody tries first; `names` are
    words that somebody would try for this channel."""
    is_weak = len(set(secret)) < MIN_SIGNS or secret.casefold() in {*WEAK, *names}
    return not is_weak and SECRET.fullmatch(secret) is not None
