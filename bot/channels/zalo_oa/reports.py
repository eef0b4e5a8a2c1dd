"""What the Official Account says of itself to health and metrics."""

from typing import TYPE_CHECKING

from bot.channels.base import Report
from bot.channels.zalo.errors import words_of
from bot.channels.zalo_oa.tending import days_left, trouble_of
from bot.server import OK
from surveys.store.system.token_chains import Chain
from surveys.texts import Catalog

if TYPE_CHECKING:
    from bot.channels.zalo_oa.channel import OfficialAccount


def report(
    account: "OfficialAccount", chain: Chain | None, texts: Catalog, alarm_days: int
) -> Report:
    """Figures of the tokens and counters of this process; warnings in the service's language."""
    return Report(
        tokens=trouble_of(chain, alarm_days) or OK,
        numbers=_numbers(account, chain),
        warnings=_warnings(account, chain, texts, alarm_days),
    )


def _numbers(account: "OfficialAccount", chain: Chain | None) -> dict[str, float]:
    numbers: dict[str, float] = {f"webhook_{name}": n for name, n in account.counts.events.items()}
    numbers |= {f"signature_{name}": count for name, count in account.verifier.met.items()}
    numbers |= {f"sent_{name}": count for name, count in account.sent.items()}
    refusals = account.zalo.api.counts
    numbers |= {f"refused_{abs(code)}": count for code, count in refusals.items()}
    oauth = account.zalo.chain.refusals
    numbers |= {f"oauth_{name}": count for name, count in oauth.items()}
    if account.zalo.api.remaining is not None:
        numbers["requests_remaining"] = account.zalo.api.remaining
    if chain is not None:
        numbers["access_token_seconds"] = (chain.access_until_ms - chain.now_ms) / 1_000
        numbers["refresh_token_days"] = days_left(chain)
        numbers["token_renewals_failed"] = chain.failures
    return numbers | {"needs_a_person": float(chain is None or chain.is_lost)}


def _warnings(
    account: "OfficialAccount", chain: Chain | None, texts: Catalog, alarm_days: int
) -> list[str]:
    word = trouble_of(chain, alarm_days)
    found = []
    if word:
        days = max(0, int(days_left(chain))) if chain else 0
        reason = (chain.reason if chain else None) or "?"
        found.append(texts.text(f"zalo_oa.tokens.{word}", days=days, reason=reason))
    if account.zalo.api.trouble is not None:
        reason = words_of(account.zalo.api.trouble, texts.language)
        found.append(texts.text("zalo_oa.refused", reason=reason))
    return found
