"""Runs the interview: each event is one step of the engine, stored and shown."""

from dataclasses import replace

from bot.conversation import consent, news, petition
from bot.conversation.focus import Said
from bot.conversation.sentences import is_kind
from bot.conversation.turn import Turn
from bot.conversation.words import yes_or_no
from bot.render import InterviewPress, parse_button, render
from surveys.interview import (
    Back,
    Effect,
    Event,
    Finished,
    OpenComplaint,
    Phase,
    Record,
    ScreenKind,
    Show,
    Start,
    State,
    Step,
    Stop,
    Text,
    WithdrawComplaint,
    new_state,
    step,
)
from surveys.interview.answers import give
from surveys.interview.screens import screen
from surveys.store.asking import interviews, invitations
from surveys.store.asking.interviews import Interview
from surveys.store.asking.invitations import Invitation, InvitationState
from surveys.store.dossiers import lookups
from surveys.store.queues import slots
from surveys.store.results import complaints, responses
from surveys.typed_words import TEXT_LIMIT, clean

UNDER_WAY = frozenset({Phase.ASKING, Phase.OFFER})


async def begin(turn: Turn, invitation: Invitation) -> None:
    """Ask the first question, or continue the contact's interview."""
    dossier = await lookups.find_by_id(turn.conn, invitation.dossier_id)
    day = turn.day_of(dossier) if dossier else turn.today
    form = turn.context.form_for(invitation.form, day)
    lasts, seed = turn.context.settings.interview_lasts, str(turn.contact.id)
    state = new_state(form, turn.contact.language, turn.now, lasts, seed)
    interview = await interviews.begin(
        turn.conn, turn.context.keyring, invitation.id, turn.contact.id, state
    )
    if interview.contact_id != turn.contact.id:
        await turn.say("opening.taken")
        return
    await advance(turn, interview, Start())


async def advance(turn: Turn, interview: Interview, event: Event) -> None:
    """Apply one event, store its effects, and show the current screen.

    An interview whose consent was withdrawn meanwhile asks for it again first.
    """
    if not interview.has_consent:
        await _ask_again(turn, interview)
        return
    form = await turn.context.form_version(turn.conn, interview.state.form, interview.state.version)
    turn.attend(interview.id)
    await _settle(turn, interview, step(form, interview.state, event, turn.now))


async def on_tap(turn: Turn, press: InterviewPress) -> bool:
    """Take a tap on an interview's button; False if it is not this contact's interview."""
    interview = await interviews.find(turn.conn, turn.context.keyring, press.interview_id)
    if interview is None or interview.contact_id != turn.contact.id:
        return False
    await advance(turn, interview, press.event)
    return True


async def on_typed(turn: Turn) -> bool:
    """Take a typed text as an answer, or "tôi bấm nhầm" as the way back; False if no interview
    accepts any."""
    interview = await find_attended(turn)
    if interview is None or _is_over(turn, interview.state) or not interview.has_consent:
        return False
    text = turn.incoming.text
    mistaken = _is_open(turn, interview.state) and is_kind(text, "mistaken")
    await advance(turn, interview, Back() if mistaken else Text(text))
    return True


async def on_edited(turn: Turn) -> bool:
    """Change the free text that came from the edited message; False if none did."""
    reference = turn.incoming.message_ref
    said = next((one for one in turn.focus.said if one.message_ref == reference), None)
    interview = (
        await interviews.find(turn.conn, turn.context.keyring, said.interview) if said else None
    )
    if said is None or interview is None or turn.now >= interview.state.expires_at:
        return False
    given = interview.state.answers.get(said.question)
    text, _ = clean(turn.incoming.text)
    if given is None or given.text is None or said.text not in given.text:
        return False
    await _rewrite(turn, interview, said, given.text.replace(said.text, text, 1).strip())
    return True


async def stop(turn: Turn, interview: Interview) -> None:
    """Stop the interview without a message; the answers are kept."""
    form = await turn.context.form_version(turn.conn, interview.state.form, interview.state.version)
    done = step(form, interview.state, Stop(), turn.now)
    await _save(turn, interview, done.state)
    for effect in done.effects:
        await _carry_out(turn, interview, effect)


async def find_attended(turn: Turn) -> Interview | None:
    """The interview that receives typed texts."""
    number = turn.focus.interview
    if number is None:
        return None
    if number not in turn.interviews:
        turn.interviews[number] = await interviews.find(turn.conn, turn.context.keyring, number)
    found = turn.interviews[number]
    return found if found and found.contact_id == turn.contact.id else None


async def is_under_way(turn: Turn) -> bool:
    """Whether a question is open."""
    interview = await find_attended(turn)
    return _is_open(turn, interview.state) if interview else False


async def show_again(turn: Turn) -> bool:
    """Show the open question again after another exchange; False if none is open."""
    interview = await find_attended(turn)
    if interview is None or not _is_open(turn, interview.state):
        return False
    form = await turn.context.form_version(turn.conn, interview.state.form, interview.state.version)
    await _show(turn, interview.id, (Show(screen(form, interview.state)),))
    return True


def _is_open(turn: Turn, state: State) -> bool:
    return state.phase in UNDER_WAY and turn.now < state.expires_at


def _is_over(turn: Turn, state: State) -> bool:
    """Whether typed texts can no longer be stored, as the citizen was told."""
    finished = state.phase is Phase.FINISHED and turn.now >= state.expires_at
    return finished or state.phase is Phase.EXPIRED


async def _ask_again(turn: Turn, interview: Interview) -> None:
    invitation = await invitations.find(turn.conn, interview.invitation_id)
    dossier = await lookups.find_by_id(turn.conn, interview.dossier_id)
    if invitation is not None and dossier is not None:
        await consent.ask_survey(turn, invitation, dossier)


async def _settle(turn: Turn, interview: Interview, done: Step) -> None:
    await _save(turn, interview, done.state)
    for effect in done.effects:
        await _carry_out(turn, interview, effect)
    response = await _response(turn, interview) if Finished() in done.effects else None
    if response is not None:
        await news.wish_again(turn, interview.dossier_id)
    if response is None or not await petition.is_pending(turn, response):
        await _show(turn, interview.id, done.effects, offers=response is not None)
        return
    await _show(turn, interview.id, tuple(map(_more_follows, done.effects)))
    await petition.offer(turn, response)


async def _save(turn: Turn, interview: Interview, state: State) -> None:
    turn.interviews.clear()
    await interviews.save(turn.conn, turn.context.keyring, interview.id, state)


def _more_follows(effect: Effect) -> Effect:
    """The thanks without "nothing more to do", since a question comes next."""
    if isinstance(effect, Show) and effect.screen.kind is ScreenKind.THANKS:
        return Show(replace(effect.screen, text="thanks_first", takes_text=False))
    return effect


async def _carry_out(turn: Turn, interview: Interview, effect: Effect) -> None:
    match effect:
        case Record():
            await _record(turn, interview, effect)
        case OpenComplaint(kind, _):
            await petition.note_complaint(turn, await _response(turn, interview), kind)
        case WithdrawComplaint(kind, _):
            await petition.take_back(turn, await _response(turn, interview), kind)
        case Finished():
            await responses.finish(
                turn.conn, dossier_id=interview.dossier_id, form=interview.state.form, now=turn.now
            )


async def _record(turn: Turn, interview: Interview, record: Record) -> None:
    await responses.record_answer(
        turn.conn,
        turn.context.keyring,
        dossier_id=interview.dossier_id,
        form=interview.state.form,
        form_version=interview.state.version,
        channel=turn.contact.channel,
        contact_id=turn.contact.id,
        question=record.question,
        option=record.option,
        text=record.text,
        revision=record.revision,
        turned=record.turned,
        now=turn.now,
        simulated=turn.contact.simulated,
    )
    if interview.invitation_state != InvitationState.ANSWERED:
        await invitations.set_state(
            turn.conn, interview.invitation_id, InvitationState.ANSWERED, turn.contact.id
        )
    if record.text and turn.incoming.message_ref and not _is_yes(turn):
        _remember(turn, interview.id, record.question)


def _is_yes(turn: Turn) -> bool:
    """Whether this message only agreed to keep what an earlier one said."""
    return yes_or_no(turn.incoming.text, turn.contact.language) is not None


def _remember(turn: Turn, interview_id: int, question: str) -> None:
    """Remember the message, so that an edit of it changes the stored text."""
    turn.focus = turn.focus.remember(
        Said(
            message_ref=turn.incoming.message_ref,
            interview=interview_id,
            question=question,
            text=clean(turn.incoming.text)[0],
        )
    )


async def _rewrite(turn: Turn, interview: Interview, said: Said, text: str) -> None:
    form = await turn.context.form_version(turn.conn, interview.state.form, interview.state.version)
    question = form.question(said.question)
    if question is None:
        return
    new = text[:TEXT_LIMIT] or None
    done = give(form, interview.state, question, turn.now, text=new)
    await _settle(turn, interview, Step(done.state, done.effects))
    await turn.say("edit.kept")
    turn.focus = replace(turn.focus, interview=interview.id)
    await show_again(turn)


async def _show(
    turn: Turn, interview_id: int, effects: tuple[Effect, ...], *, offers: bool = False
) -> None:
    """Show the screen; it replaces the old one only if a tap there led to it. `offers`: below the
    thanks, to be told what comes of the answers."""
    slot = f"interview:{interview_id}"
    message = render(effects, turn.texts, interview_id, slot)
    if message is None:
        return
    if offers:
        message = await news.offered(turn, message, interview_id)
    press = parse_button(turn.incoming.data)
    tapped = press is not None and press.interview_id == interview_id
    if turn.traits.edits_in_place and (turn.replies or not tapped):
        await slots.clear(turn.conn, turn.contact.id, slot)
    await turn.send(message)
    turn.mark_open()


async def _response(turn: Turn, interview: Interview) -> int | None:
    return await complaints.find_response_id(turn.conn, interview.dossier_id, interview.state.form)
