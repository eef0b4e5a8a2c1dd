"""`motcua zalo authorize`: brings the first pair of tokens, or a new one after a person had to
authorise again."""

from collections.abc import Mapping, Sequence

from bot.channels.base import (
    ChannelCommand,
    ChannelContext,
    ChannelUnavailable,
    CommandOption,
    Finding,
)
from bot.channels.zalo.errors import words_of
from bot.channels.zalo.requests import NoToken, Refused, RequestError
from bot.channels.zalo.vendor import Zalo
from bot.channels.zalo_oa import NAME, setup
from surveys.errors import Refusal


async def authorize(context: ChannelContext, given: Mapping[str, str]) -> Sequence[Finding]:
    """Exchange the code or the refresh token, store the pair, and check the set-up.

    Raises Refusal `zalo_oa.which_way`, `zalo_oa.no_input` or `zalo_oa.not_authorized`, and
    ChannelUnavailable.
    """
    if bool(given.get("code")) == ("refresh_token" in given):
        raise Refusal("zalo_oa.which_way")
    if "refresh_token" in given and not given["refresh_token"].strip():
        raise Refusal("zalo_oa.no_input")
    zalo = Zalo.of(context)
    try:
        await _exchange(zalo, given)
        return await setup.inspect(zalo, context, fix=False)
    except Refused as error:
        language = context.settings.lang
        raise Refusal("zalo_oa.not_authorized", reason=words_of(error, language)) from None
    except NoToken as error:
        raise Refusal("zalo_oa.not_authorized", reason=error.reason) from None
    except RequestError as error:
        raise ChannelUnavailable(error.reason) from None
    finally:
        await zalo.close()


async def _exchange(zalo: Zalo, given: Mapping[str, str]) -> None:
    if given.get("code"):
        await zalo.chain.authorize_by_code(given["code"].strip(), given.get("verifier", "").strip())
    else:
        await zalo.chain.authorize_by_refresh_token(given["refresh_token"].strip())


COMMANDS = (
    ChannelCommand(
        channel=NAME,
        name="authorize",
        options=(
            CommandOption(name="code"),
            CommandOption(name="verifier"),
            CommandOption(name="refresh_token", from_input=True),
        ),
        run=authorize,
    ),
)
