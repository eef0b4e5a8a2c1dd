"""What all channels of Zalo in one process share: connections, tokens, the API."""

from dataclasses import dataclass

from bot.channels.base import ChannelContext
from bot.channels.zalo.api import Api
from bot.channels.zalo.oauth import OAuth
from bot.channels.zalo.requests import Http
from bot.channels.zalo.tokens import ChainRules, TokenChain
from surveys.errors import Refusal

HOUR_MS = 3_600_000
SHARED = "zalo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zalo:
    """One app at Zalo. `name` is that of its token chain."""

    name: str
    http: Http
    chain: TokenChain
    api: Api

    @classmethod
    def of(cls, context: ChannelContext) -> "Zalo":
        """The app that the settings describe, one object for all channels of a process.

        Raises Refusal `zalo.app_id` or `zalo.no_app_secret`.
        """
        if SHARED not in context.shared:
            context.shared[SHARED] = cls._make(context)
        shared = context.shared[SHARED]
        assert isinstance(shared, cls)  # noqa: S101 - the key is private to this class
        return shared

    @classmethod
    def _make(cls, context: ChannelContext) -> "Zalo":
        app_id, secret = app_of(context)
        chosen, http = context.settings, Http()
        oauth = OAuth(http=http, base=chosen.zalo_oa_oauth_base, app_id=app_id, app_secret=secret)
        rules = ChainRules(
            refresh_ms=chosen.zalo_oa_refresh_hours * HOUR_MS,
            life_ms=chosen.zalo_oa_authorization_days * 24 * HOUR_MS,
            lost_codes=frozenset(map(int, chosen.zalo_oa_lost_codes.split())),
        )
        name = f"zalo:{app_id}"
        chain = TokenChain(context.database, context.keyring, oauth, name=name, rules=rules)
        return cls(name=name, http=http, chain=chain, api=Api(http, chain, chosen.zalo_oa_api_base))

    async def close(self) -> None:
        """Store a pair that is just being renewed, then close the connections."""
        await self.chain.close()
        await self.http.close()


def app_of(context: ChannelContext) -> tuple[str, str]:
    """App id and app secret. Raises Refusal `zalo.app_id` or `zalo.no_app_secret`."""
    app_id = context.settings.zalo_oa_app_id.strip()
    if not (app_id.isascii() and app_id.isdigit()):
        raise Refusal("zalo.app_id")
    secret = context.settings.zalo_oa_app_secret
    if secret is None or not secret.get_secret_value().strip():
        raise Refusal("zalo.no_app_secret")
    return app_id, secret.get_secret_value().strip()
