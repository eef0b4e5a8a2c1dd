"""The rights of citizens over their data, at any time and at once: access, withdrawal, erasure.
Every request is logged with its legal deadline."""

from bot.conversation import consent, petition_form, survey
from bot.conversation.buttons import Verb
from bot.conversation.focus import Focus
from bot.conversation.turn import Turn
from bot.messages import Outgoing
from surveys.form import Form, in_language
from surveys.rights import RequestKind, due_on
from surveys.store.asking import interviews
from surveys.store.citizens import consents, linked_dossiers
from surveys.store.citizens.consents import Purpose
from surveys.store.citizens.linked_dossiers import Via
from surveys.store.personal_data import held_data, requests
from surveys.store.personal_data.held_data import Held, HeldAnswer, HeldDossier
from surveys.store.results import news, petitions

SHOWN_TEXT = 200
"""The most characters shown of a free text."""


async def show_held(turn: Turn) -> None:
    """Show all data held about this chat."""
    found = await held_data.collect(turn.conn, turn.context.keyring, turn.contact.id)
    if found is None:
        return
    await _log(turn, RequestKind.VIEW, done=True)
    lines = [turn.text("held.title"), *_about_chat(turn, found), *_about_dossiers(turn, found)]
    lines += await _about_answers(turn, found)
    lines += [turn.text("held.news", unit=unit) for unit in found.news]
    lines += [*_about_complaints(turn, found), *_about_petitions(turn, found)]
    lines.append(turn.text("held.messages", days=turn.context.settings.queue_days))
    lines += ["", turn.text("held.next")]
    await turn.send(Outgoing(text="\n".join(lines)))


async def withdraw(turn: Turn) -> None:
    """Withdraw every consent; the answers so far stay, nothing more is asked or sent."""
    latest = await consents.find_latest(turn.conn, turn.contact.id)
    given = {purpose for purpose, one in latest.items() if one.given}
    for purpose in sorted(given | {Purpose.SURVEY}):
        await consent.keep(turn, purpose, given=False)
    await _withdraw_petitions(turn)
    await _fall_silent(turn)
    await _log(turn, RequestKind.WITHDRAW, done=True)
    await turn.say("rights.withdrawn" if given else "rights.nothing_given")


async def stop_writing(turn: Turn) -> None:
    """Stop asking and writing; a petition already sent is still processed, an unsent one is
    deleted."""
    await petition_form.drop_open(turn)
    for purpose in (Purpose.SURVEY, Purpose.STATUS):
        await consent.keep(turn, purpose, given=False)
    if await consent.is_given(turn, Purpose.NEWS):
        await consent.keep(turn, Purpose.NEWS, given=False)
    await _fall_silent(turn)
    await _log(turn, RequestKind.WITHDRAW, done=True)
    await turn.say("rights.no_more")


async def ask_erase(turn: Turn) -> None:
    """Ask for confirmation before the erasure."""
    turn.ask(Verb.ERASE)
    buttons = (
        turn.button("erase_yes", Verb.ERASE, answer="yes"),
        turn.button("erase_no", Verb.ERASE, answer="no"),
    )
    await turn.say("rights.erase_ask", buttons)
    turn.mark_open(aside=True)


async def on_erase_decision(turn: Turn, *, agreed: bool) -> None:
    """Erase the citizen's identity at once. The address is used for one last message only."""
    if not agreed:
        await turn.say("rights.not_erased")
        return
    await _log(turn, RequestKind.ERASE, done=False)
    turn.interviews.clear()
    by_phone = [name for name, traits in turn.context.traits.items() if traits.reaches_by_phone]
    await requests.forget_by_phone(turn.conn, turn.contact.id, by_phone)
    await requests.forget(turn.conn, turn.contact.id)
    turn.focus = Focus()
    await turn.say("rights.erased")


async def repeat_erase(turn: Turn) -> bool:
    """Ask for confirmation again; False if no erasure is pending."""
    if turn.focus.asked is None or turn.focus.asked.verb != Verb.ERASE:
        return False
    await ask_erase(turn)
    return True


async def _fall_silent(turn: Turn) -> None:
    """End subscriptions, pending messages and open questions; the citizen can resume them."""
    await linked_dossiers.unfollow_all(turn.conn, turn.contact.id)
    await news.forget_wishes(turn.conn, turn.contact.id)
    await requests.cancel_unsent(turn.conn, turn.contact.id, broadcasts_only=True)
    interview = await interviews.find_unfinished(turn.conn, turn.context.keyring, turn.contact.id)
    if interview is not None:
        await survey.stop(turn, interview)
    declined = interview.invitation_id if interview else turn.focus.declined
    turn.focus = Focus(declined=declined)


async def _log(turn: Turn, kind: RequestKind, *, done: bool) -> None:
    due = due_on(kind, turn.today)
    await requests.log(turn.conn, turn.contact.id, kind, now=turn.now, due_on=due, done=done)


async def _withdraw_petitions(turn: Turn) -> None:
    """Delete the petitioner's name, which needs consent to be forwarded; the complaint stays."""
    for one in await petitions.list_by_contact(turn.conn, turn.contact.id):
        await petitions.withdraw(turn.conn, one)


def _about_chat(turn: Turn, found: Held) -> list[str]:
    phone = turn.text("held.phone" if found.contact.phone_key else "held.no_phone")
    latest = {one.purpose: one for one in found.consents}
    lines = [
        turn.text(
            "held.chat",
            channel=turn.channel_name,
            since=turn.day(found.contact.first_seen_at),
        ),
        phone,
    ]
    for purpose, one in latest.items():
        answer = turn.text("held.given" if one.given else "held.not_given")
        name = turn.text(f"held.purpose.{purpose}")
        lines.append(turn.text("held.consent", purpose=name, answer=answer, day=turn.day(one.at)))
    return lines


def _about_dossiers(turn: Turn, found: Held) -> list[str]:
    return [
        turn.text("held.followed" if one.follows else "held.dossier", code=_named(turn, one))
        for one in found.dossiers
    ]


def _named(turn: Turn, one: HeldDossier) -> str:
    """Who came by the link alone is told the procedure, as on the first screen."""
    if one.via != Via.LINK:
        return one.code
    return f"“{one.procedure}”" if one.procedure else turn.text("proof.this_one")


def _about_petitions(turn: Turn, found: Held) -> list[str]:
    """Each petition with every field that was written."""
    lines: list[str] = []
    for one in found.petitions:
        state = turn.text(f"petition.states.{one.found or one.state}", to=one.forwarded_to or "")
        lines.append(turn.text("held.complaint", reference=one.reference, state=state))
        for field, value in petition_form.words_of(turn, one).items():
            name = turn.text(f"held.field.{field}")
            said = value[:SHOWN_TEXT] or turn.text("held.none")
            lines.append(turn.text("held.written", field=name, value=said))
    return lines


async def _about_answers(turn: Turn, found: Held) -> list[str]:
    forms = {(one.form, one.form_version) for one in found.answers}
    versions = {key: await turn.context.form_version(turn.conn, *key) for key in forms}
    lines = []
    for one in found.answers:
        form = versions[one.form, one.form_version]
        lines.append(_answer_line(turn, form, one))
    return lines


def _answer_line(turn: Turn, form: Form, one: HeldAnswer) -> str:
    language = turn.contact.language
    question = form.question(one.question)
    option = question.option(one.option) if question else None
    asked = in_language(question.text, language) if question else one.question
    chosen = in_language(option.text, language) if option else one.option
    answer = chosen or (one.text or "")[:SHOWN_TEXT] or turn.text("held.no_answer")
    return turn.text("held.answer", question=asked, answer=answer)


def _about_complaints(turn: Turn, found: Held) -> list[str]:
    return [
        turn.text(
            "held.complaint",
            reference=one.reference,
            state=turn.text(f"petition.states.{one.state}"),
        )
        for one in found.complaints
        if one.reference not in {petition.reference for petition in found.petitions}
    ]
