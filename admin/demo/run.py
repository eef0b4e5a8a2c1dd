"""The demo from beginning to end: schema, sample, bot, officer's page, crowd."""

import webbrowser
from dataclasses import replace
from pathlib import Path

from admin.demo.crowd import Crowd
from admin.demo.district import PERIOD
from admin.demo.offers import DemoOffers, gaps
from admin.demo.sample import lay
from admin.desk.results_page import ResultsPage
from admin.kit import administrator
from admin.kit.channels import channel_context
from admin.kit.runtime import Runtime
from admin.kit.serving import now, stopping
from admin.rating.rulebooks import chosen
from bot import app
from bot.channels.web.channel import WebChannel
from bot.landing.routes import make_landing
from bot.settings import Settings
from surveys.form import shipped_forms, version_for


def settings_for(settings: Settings, folder: Path, port: int) -> Settings:
    """The demo's own settings: its own database file, this machine only, no channel but the page.

    Creates the folder; raises OSError if it cannot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return replace(
        settings,
        look_up_proof=False,
        database_url=f"sqlite:///{folder / 'motcua.sqlite'}",
        listen=f"127.0.0.1:{port}",
        public_url="",
        authority="Một Cửa huyện An Lão",
        key=None,
        key_file=None,
    )


async def show(runtime: Runtime, folder: Path, *, browser: bool) -> None:
    """Serve the demo from `folder` until Ctrl-C.

    Raises Refusal `serve.port_in_use` and whatever the imports and the bot refuse.
    """
    database = await runtime.any_database(alone=False)
    await administrator.upgrade(runtime, database)
    await _lay(runtime, folder)
    context = channel_context(runtime, database, clock=now, demo=True)
    extras = WebChannel(context, bot="crowd", simulated=True)
    service = await app.assemble(context, [extras])
    offers = _offers(runtime, service, extras)
    page = _results_page(runtime, service, offers)
    shown = [one for one in service.channels.channels if one is not extras]
    landing = make_landing(context, shown)
    pages = (*page.routes(), *landing.routes(), *offers.routes())
    with stopping() as stop:
        routes = [*service.channels.routes(), *pages]
        try:
            await app.run(service, routes, stop, lambda port: _ready(runtime, port, browser))
        finally:
            await offers.crowd.stop()
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


def _offers(runtime: Runtime, service: app.Service, extras: WebChannel) -> DemoOffers:
    async def post(session: str, payload: dict[str, object]) -> None:
        await service.channels.put(extras, [extras.to_raw(session, payload)])

    crowd = Crowd(channel=extras, post=post)
    return DemoOffers(service=service, crowd=crowd, texts=runtime.texts)


def _results_page(runtime: Runtime, service: app.Service, offers: DemoOffers) -> ResultsPage:
    return ResultsPage(
        database=service.database,
        period=PERIOD,
        rulebook=chosen(runtime, None, period=PERIOD),
        texts=runtime.texts,
        place=runtime.text("demo.place"),
        form=version_for(shipped_forms(), runtime.settings.form, PERIOD.end),
        beside=offers.summary,
    )


def _ready(runtime: Runtime, port: int, browser: bool) -> None:  # noqa: FBT001
    address = f"http://127.0.0.1:{port}"
    runtime.say("demo.ready", phone=f"{address}/", officer=f"{address}/officer")
    if browser:
        webbrowser.open(f"{address}/")
