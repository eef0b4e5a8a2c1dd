"""Starts a conversation about a dossier: by its link, or by a button in the citizen's list."""

import re
from dataclasses import replace

from bot.conversation import consent, desks, lookup, second_proof, survey
from bot.conversation.buttons import Verb
from bot.conversation.second_proof import Goal
from bot.conversation.turn import Turn
from surveys.dossier import DONE, Stage
from surveys.store.asking import interviews, invitations
from surveys.store.asking.interviews import UNFINISHED, Interview
from surveys.store.asking.invitations import Invitation, InvitationState
from surveys.store.citizens import linked_dossiers, proofs
from surveys.store.citizens.consents import Purpose
from surveys.store.citizens.linked_dossiers import Via
from surveys.store.dossiers import links, lookups
from surveys.store.dossiers.lookups import DossierStage
from surveys.store.queues import outbox
from surveys.store.results import asides

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def open_by_token(turn: Turn, token: str) -> None:
    """Handle an opened link. Its holder counts as a person the dossier concerns."""
    link = await links.find(turn.conn, token) if _TOKEN.fullmatch(token) else None
    dossier = await lookups.find_by_id(turn.conn, link.dossier_id) if link else None
    if link is None or dossier is None:
        await turn.say("opening.unknown_link", desk=await desks.describe_top(turn))
        return
    known = await proofs.find_proof(turn.conn, turn.contact.id, dossier.id)
    if not link.is_open(turn.now) and known is None:
        await turn.say("opening.old_link", desk=desks.describe(turn, dossier.desk))
        return
    await linked_dossiers.link(turn.conn, turn.contact.id, [dossier.id], Via.LINK, turn.now)
    await open_dossier(turn, dossier)


async def open_by_button(turn: Turn, dossier_id: int) -> None:
    """Handle the choice of one of the citizen's own dossiers, or the answer to an invitation."""
    dossier = await lookups.find_by_id(turn.conn, dossier_id)
    if dossier is None:
        await turn.say("opening.unknown_link", desk=await desks.describe_top(turn))
        return
    await open_dossier(turn, dossier)


async def open_dossier(turn: Turn, dossier: DossierStage) -> None:
    """Start the survey of a returned dossier; show the stage of one in progress."""
    turn.attend(None)
    if dossier.stage not in DONE:
        await lookup.show(turn, dossier, await second_proof.level(turn, dossier))
        return
    if dossier.stage is Stage.FINISHED:
        await turn.say("opening.ready", desk=desks.describe(turn, dossier.desk))
    invitation = await invitations.open_by(
        turn.conn,
        dossier_id=dossier.id,
        form=turn.context.form_id,
        contact_id=turn.contact.id,
        now=turn.now,
        simulated=turn.contact.simulated or dossier.simulated,
    )
    await outbox.cancel(turn.conn, invitation_id=invitation.id)
    if await _is_free(turn, invitation):
        await _ask(turn, invitation, dossier)


async def on_consent(turn: Turn, invitation_id: int, *, agreed: bool) -> None:
    """Handle the answer to the consent screen; of several at once each takes over the last."""
    invitation = await invitations.find_and_lock(turn.conn, invitation_id)
    if invitation is None:
        await turn.say("opening.unknown_link", desk=await desks.describe_top(turn))
        return
    given = await consent.is_given(turn, Purpose.SURVEY)
    if given and not agreed and await _has_begun(turn, invitation):
        await turn.say("opening.agreed_before")
        return
    if not given:
        await consent.keep(turn, Purpose.SURVEY, given=agreed)
    if not agreed:
        await _declined(turn, invitation)
    elif await _is_free(turn, invitation):
        await survey.begin(turn, invitation)


async def repeat_consent(turn: Turn) -> bool:
    """Show the consent screen again if it waits for an answer; False if it does not."""
    asked = turn.focus.asked
    if asked is None or asked.verb != Verb.CONSENT:
        return False
    invitation = await invitations.find(turn.conn, asked.subject)
    dossier = await lookups.find_by_id(turn.conn, invitation.dossier_id) if invitation else None
    if invitation is None or dossier is None:
        return False
    await consent.ask_survey(turn, invitation, dossier)
    return True


async def _ask(turn: Turn, invitation: Invitation, dossier: DossierStage) -> None:
    """Another dossier in the same chat is named, and consented to, before its first question."""
    given = await consent.is_given(turn, Purpose.SURVEY)
    if given and await _has_begun(turn, invitation):
        await survey.begin(turn, invitation)
    else:
        await consent.ask_survey(turn, invitation, dossier)


async def _has_begun(turn: Turn, invitation: Invitation) -> bool:
    interview = await interviews.find_by_invitation(turn.conn, turn.context.keyring, invitation.id)
    return interview is not None and interview.contact_id == turn.contact.id


async def _declined(turn: Turn, invitation: Invitation) -> None:
    turn.attend(None)
    state, contact_id = InvitationState.DECLINED, turn.contact.id
    await invitations.set_state(turn.conn, invitation.id, state, contact_id)
    turn.focus = replace(turn.focus, declined=invitation.id)
    again = turn.button("changed_mind", Verb.CONSENT, invitation.id, "yes")
    await turn.say("opening.declined", (again,))


async def _is_free(turn: Turn, invitation: Invitation) -> bool:
    """Whether this contact may answer; if not, tells the citizen why."""
    interview = await interviews.find_by_invitation(turn.conn, turn.context.keyring, invitation.id)
    if interview is not None and interview.contact_id == turn.contact.id:
        return True
    if await invitations.is_answered(turn.conn, invitation.dossier_id, invitation.form):
        await _say_answered(turn, invitation.dossier_id, interview)
        return False
    if interview is not None:
        turn.interviews.clear()
        await interviews.abandon(turn.conn, interview.id)
    return True


async def _say_answered(turn: Turn, dossier_id: int, interview: Interview | None) -> None:
    """Somebody answered: it can be continued here while it lasts, and disowned."""
    rows = []
    if interview is not None and _is_busy(turn, interview):
        rows.append((turn.button("take_over", Verb.PROOF, dossier_id, Goal.TAKE),))
    if await asides.can_be_set_aside(turn.conn, dossier_id, turn.context.form_id):
        rows.append((turn.button("not_me", Verb.PROOF, dossier_id, Goal.DISOWN),))
    await turn.say("opening.taken" if len(rows) > 1 else "opening.answered", *rows)


async def take_over(turn: Turn, dossier: DossierStage) -> None:
    """Continue here what was begun on another device, after a consent of its own."""
    invitation = await invitations.find_of(turn.conn, dossier.id, turn.context.form_id)
    interview = (
        await interviews.find_by_invitation(turn.conn, turn.context.keyring, invitation.id)
        if invitation
        else None
    )
    if invitation is None or interview is None or not _is_busy(turn, interview):
        await turn.say("opening.answered")
        return
    turn.interviews.clear()
    await interviews.hand_over(turn.conn, interview.id, turn.contact.id)
    await asides.hand_over(turn.conn, dossier.id, invitation.form, turn.contact.id)
    await consent.ask_survey(turn, invitation, dossier)


async def disown(turn: Turn, dossier: DossierStage) -> None:
    """The owner says that somebody else answered: that answer waits for a verifier, and the owner
    is asked."""
    invitation = await invitations.find_of(turn.conn, dossier.id, turn.context.form_id)
    if invitation is None or not await asides.set_aside(
        turn.conn, dossier.id, invitation.form, turn.now
    ):
        await turn.say("opening.answered")
        return
    interview = await interviews.find_by_invitation(turn.conn, turn.context.keyring, invitation.id)
    if interview is not None:
        turn.interviews.clear()
        await interviews.abandon(turn.conn, interview.id)
    await invitations.reopen(turn.conn, invitation.id)
    await turn.say("opening.set_aside")
    await open_dossier(turn, dossier)


def _is_busy(turn: Turn, interview: Interview) -> bool:
    """Whether another contact answered something and it can still be continued."""
    state = interview.state
    return state.phase in UNFINISHED and turn.now < state.expires_at and bool(state.answers)
