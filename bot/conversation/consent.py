"""Asks for consent, one purpose at a time, and records it."""

import hashlib
from datetime import date

from bot.conversation.buttons import Verb
from bot.conversation.turn import Turn
from surveys.legal import find_survey_basis
from surveys.store.asking import invitations
from surveys.store.asking.invitations import Invitation
from surveys.store.citizens import consents
from surveys.store.citizens.consents import Consent, Purpose
from surveys.store.dossiers import lookups
from surveys.store.dossiers.lookups import DossierStage


async def ask_survey(turn: Turn, invitation: Invitation, dossier: DossierStage) -> None:
    """Ask for consent to the survey: who asks, about what; what is kept is one tap away."""
    procedure = f" “{dossier.procedure}”" if dossier.procedure else ""
    text = turn.text(
        "consent.survey",
        authority=turn.context.settings.authority,
        procedure=procedure,
        unit=dossier.unit,
        questions=turn.context.questions(turn.day_of(dossier)),
        abroad=_abroad(turn),
    )
    turn.attend(None)
    turn.ask(Verb.CONSENT, invitation.id)
    buttons = (
        turn.button("agree", Verb.CONSENT, invitation.id, "yes"),
        turn.button("refuse", Verb.CONSENT, invitation.id, "no"),
    )
    details = (turn.button("details", Verb.DETAILS, invitation.id, "show"),)
    await turn.say("as_is", buttons, details, text=text)
    turn.mark_open()


async def say_details(turn: Turn, invitation_id: int) -> None:
    """What is kept, for how long, how to withdraw, and the acts it rests on."""
    lines = [turn.text("consent.details", days=turn.context.settings.unlink_days)]
    if basis := find_survey_basis(await _day_of(turn, invitation_id), turn.contact.language):
        lines.append(turn.text("consent.basis", basis=basis))
    decision = turn.context.settings.channel_decision
    if decision and turn.traits.remote:
        lines.append(turn.text("consent.channel_decision", decision=decision))
    await turn.say("as_is", text="\n".join(lines))


async def _day_of(turn: Turn, invitation_id: int) -> date:
    """The day that the dossier of an invitation was returned; today if it is gone."""
    invitation = await invitations.find(turn.conn, invitation_id)
    dossier = await lookups.find_by_id(turn.conn, invitation.dossier_id) if invitation else None
    return turn.day_of(dossier) if dossier else turn.today


def _abroad(turn: Turn) -> str:
    if not turn.traits.servers_abroad:
        return ""
    return f" {turn.text('consent.abroad', channel=turn.channel_name)}"


async def keep(turn: Turn, purpose: Purpose, *, given: bool) -> None:
    """Record the answer together with the version of the text that was shown."""
    consent = Consent(
        purpose=purpose,
        given=given,
        text_version=text_version(turn, purpose),
        language=turn.contact.language,
        channel=turn.contact.channel,
        at=turn.now,
    )
    turn.interviews.clear()
    await consents.add(turn.conn, turn.contact.id, consent)


async def is_given(turn: Turn, purpose: Purpose) -> bool:
    """Whether the contact's consent for this purpose is in effect."""
    return await consents.is_given(turn.conn, turn.contact.id, purpose)


def text_version(turn: Turn, purpose: Purpose) -> str:
    """The beginning of the text's SHA-256, which proves the wording agreed to."""
    key = f"conversation.consent.{purpose}"
    page = f"{key}_page"
    wording = turn.texts.texts[page if not turn.traits.notifies and page in turn.texts else key]
    if purpose is Purpose.SURVEY:
        wording += turn.texts.texts["conversation.consent.details"]
    return hashlib.sha256(wording.encode()).hexdigest()[:16]
