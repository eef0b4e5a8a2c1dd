"""The demo from beginning to end: schema, sample, bot, officer's page, crowd."""

import webbrowser
from pathlib import Path

import migrations
from admin.commands.serve import now, stopping
from admin.demo.crowd import Crowd
from admin.demo.sample import lay
from admin.desk.page import OfficerPage, gaps
from admin.kit.channels import channel_context
from admin.kit.runtime import Runtime
from bot import app
from bot.channels.web.channel import WebChannel
from bot.channels.web.chat import raw_event
from bot.settings import Settings
from scoring.rulebook import find_rulebook


def settings_for(settings: Settings, folder: Path, port: int) -> Settings:
    """The demo's own settings: a file of its own, this machine only, no channel but the page.

    Makes the folder; raises OSError where it may not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = {
        "database_url": f"sqlite:///{folder / 'motcua.sqlite'}",
        "listen": f"127.0.0.1:{port}",
        "public_url": "",
        "authority": "Một Cửa huyện An Lão",
        "key": None,
        "key_file": None,
    }
    return settings.model_copy(update=own)


async def show(runtime: Runtime, folder: Path, *, browser: bool) -> None:
    """Serve the demo from `folder` until Ctrl-C.

    Raises Refusal `serve.port_in_use` and whatever the imports and the bot refuse.
    """
    database = await runtime.any_database()
    await migrations.upgrade(database)
    await _lay(runtime, folder)
    context = channel_context(runtime, database, clock=now, demo=True)
    extras = WebChannel(context, bot="crowd", simulated=True)
    service = await app.assemble(context, [extras])
    page = _officer_page(runtime, service, extras)
    with stopping() as stop:
        routes = [*service.channels.routes(), *page.routes()]
        try:
            await app.run(service, routes, stop, lambda port: _ready(runtime, port, browser))
        finally:
            await page.crowd.stop()
    runtime.say("demo.stopped", folder=folder)


async def _lay(runtime: Runtime, folder: Path) -> None:
    runtime.say("demo.preparing")
    reports = await lay(runtime, folder)
    if reports:
        counts = {report.kind: runtime.texts.shown(report.accepted) for report in reports}
        runtime.say("demo.laid", units=counts["units"], dossiers=counts["dossiers"])
    else:
        runtime.say("demo.kept", folder=folder)
    runtime.say("demo.gaps")
    for gap in gaps(runtime.texts):
        runtime.say("demo.item", text=gap)


def _officer_page(runtime: Runtime, service: app.Service, extras: WebChannel) -> OfficerPage:
    async def post(session: str, payload: dict[str, object]) -> None:
        await service.channels.put(extras, [raw_event(session, payload)])

    return OfficerPage(
        service=service,
        rulebook=find_rulebook(runtime.settings.rulebook),
        crowd=Crowd(channel=extras, post=post),
        texts=runtime.texts,
    )


def _ready(runtime: Runtime, port: int, browser: bool) -> None:  # noqa: FBT001
    address = f"http://127.0.0.1:{port}"
    runtime.say("demo.ready", phone=f"{address}/", officer=f"{address}/officer")
    if browser:
        webbrowser.open(f"{address}/")
