"""`motcua serve`: runs the bot with every configured channel until it is stopped."""

import logging
from collections.abc import Iterable

from admin.kit.channels import channel_context, channel_title
from admin.kit.runtime import Runtime, leaf
from admin.kit.serving import now, stopping
from admin.pushing.intake import DossierIntake
from bot import app
from bot.api.routes import make_api
from bot.channels.base import Channel
from bot.landing.routes import make_landing
from bot.public_results import PublicPage


@leaf("serve")
async def command(runtime: Runtime) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish the work in progress."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for talkative in ("httpx", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    database = await runtime.database(alone=False, whole=False)
    context = channel_context(runtime, database, clock=now)
    service = await app.assemble(context)
    channels = service.channels
    landing = make_landing(context, channels.channels)
    api = make_api(context, DossierIntake(context=context, os_user=runtime.claim.os_user))
    routes = [*channels.routes(), *landing.routes(), *api.routes()]
    if (folder := runtime.settings.results_folder) is not None:
        routes += PublicPage(folder=folder).routes()

    def ready(port: int) -> None:
        _warn_of_decision(runtime, channels.channels)
        host, _ = runtime.settings.address
        runtime.say("serve.ready", address=f"http://{host}:{port}/")
        for channel in channels.channels:
            runtime.say("serve.channel", channel=channel_title(runtime, channel.name))

    with stopping() as stop:
        await app.run(service, routes, stop, ready)
    runtime.say("serve.stopped")


def _warn_of_decision(runtime: Runtime, channels: Iterable[Channel]) -> None:
    """Say that no decision of the authority allows its social networks (NĐ 118/2025/NĐ-CP)."""
    remote = [channel_title(runtime, one.name) for one in channels if one.traits.remote]
    if remote and not runtime.settings.channel_decision:
        runtime.say("serve.no_channel_decision", channels=", ".join(remote))
