"""Looks up the stage of a dossier for anyone who knows its code, with details for those it
concerns.

TT 01/2018/TT-VPCP Điều 16: without proof only the code, how far it is, and the promised date.
"""

from bot.conversation import desks, look_up_limits, petition, second_proof, survey
from bot.conversation.buttons import Verb
from bot.conversation.codes import possible_reference, reference_within
from bot.conversation.second_proof import Goal, Level
from bot.conversation.turn import Rows, Turn
from bot.messages import Outgoing
from surveys.dossier import DONE, IN_WORK, Stage, Status
from surveys.store.asking import invitations
from surveys.store.citizens import linked_dossiers
from surveys.store.dossiers import lookups
from surveys.store.dossiers.lookups import DossierStage

STEPS = {
    Stage.NOT_ACCEPTED: 1,
    Stage.PROCESSING: 2,
    Stage.SUPPLEMENT: 2,
    Stage.PAUSED: 2,
    Stage.FINISHED: 3,
    Stage.RETURNED: 4,
}
"""The position of each stage; a withdrawn dossier has none."""
LAST = 4
A_WHILE = 60
"""Minutes until the share of all strangers has passed for certain."""


async def show_by_code(turn: Turn, code: str) -> None:
    """Answer a typed code; lookups without proof are counted, since codes can be guessed."""
    dossier = await lookups.find_by_code(turn.conn, code)
    level = await second_proof.level(turn, dossier) if dossier else Level.NONE
    if dossier is not None and level is not Level.NONE:
        await show(turn, dossier, level)
    elif await _is_allowed(turn):
        await look_up_limits.note(turn)
        if turn.context.settings.look_up_proof:
            await second_proof.ask(turn, dossier, code, Goal.SHOW)
        elif dossier is None:
            desk = await desks.describe_top(turn)
            await turn.say("lookup.unknown", code=code, desk=desk)
        else:
            await show(turn, dossier, Level.NONE)


async def show_if_own(turn: Turn, code: str) -> bool:
    """Answer a possible code of another format; False if it is of no dossier of this citizen."""
    dossier = await lookups.find_by_code(turn.conn, code)
    if dossier is None or await second_proof.level(turn, dossier) is Level.NONE:
        return False
    await show_by_code(turn, code)
    return True


async def show_by_reference(turn: Turn, *, within: bool = False) -> bool:
    """Answer the reference of a complaint, or one within a sentence; False if there is none."""
    reference = possible_reference(turn.incoming.text)
    if reference is None and within:
        reference = reference_within(turn.incoming.text)
    if reference is None or await _minutes_to_wait(turn):
        return False
    await look_up_limits.note(turn)
    return await petition.follow(turn, reference)


async def show(turn: Turn, dossier: DossierStage, level: Level) -> None:
    """Show the dossier's stage, what to do next, and the offers, as far as this level may know."""
    if level is Level.LINK:
        await _show_by_link(turn, dossier)
        return
    stage, proved = dossier.stage, level is Level.FULL
    lines = [turn.text("lookup.code", code=dossier.code), _far(turn, stage)]
    lines += _details(turn, dossier) if proved else []
    lines += [*_promises(turn, dossier), await _next(turn, dossier, proved=proved)]
    offered, rows = await _offer(turn, dossier, stage, proved=proved)
    lines += ["", offered] if offered else []
    if dossier.days_late(turn.today):
        rows = (*rows, (turn.button("complain", Verb.COMPLAIN, dossier.id, "ask"),))
    await turn.send(Outgoing(text="\n".join(lines), buttons=rows))


async def _show_by_link(turn: Turn, dossier: DossierStage) -> None:
    """Procedure, unit and how far it is; the rest is one proof away."""
    about = f" “{dossier.procedure}”" if dossier.procedure else ""
    desk = desks.describe(turn, dossier.desk)
    lines = [
        turn.text("lookup.by_link", procedure=about, unit=dossier.unit),
        _far(turn, dossier.stage),
        turn.text(f"lookup.next.{_next_by_link(dossier.stage)}", desk=desk),
    ]
    offered, rows = await _offer(turn, dossier, dossier.stage, proved=True)
    lines += ["", offered] if offered else []
    more = (turn.button("show_details", Verb.PROOF, dossier.id, Goal.SHOW),)
    await turn.send(Outgoing(text="\n".join(lines), buttons=(*rows, more)))


def _next_by_link(stage: Stage) -> str:
    """Who has the link only is told no code to come back with."""
    return "by_link" if stage is Stage.PROCESSING else str(stage)


def _promises(turn: Turn, dossier: DossierStage) -> list[str]:
    """The first day and the new one, how late it is, and whether the office apologised."""
    days = dossier.days_late(turn.today)
    first, new = dossier.due_at or dossier.promised_at, dossier.rescheduled_to
    lines = [turn.text("lookup.promised", day=turn.day(first))]
    lines += [turn.text("lookup.promised_anew", day=turn.day(new))] if new else []
    if days:
        lines.append(turn.text(_late_key(dossier), days=days))
    if dossier.apology_at:
        lines.append(turn.text("lookup.apology", day=turn.day(dossier.apology_at)))
    elif days and dossier.stage in IN_WORK:
        lines.append(turn.text("lookup.apology_owed"))
    return lines


def _late_key(dossier: DossierStage) -> str:
    return "lookup.was_late" if dossier.stage in DONE else "lookup.is_late"


async def _next(turn: Turn, dossier: DossierStage, *, proved: bool) -> str:
    """What to do now, and whom to ask; without proof its unit is not named."""
    own = desks.describe(turn, dossier.desk) if proved else None
    stage, desk = str(dossier.stage), own or await desks.describe_top(turn)
    if proved and dossier.status == Status.PAYMENT and dossier.stage in IN_WORK:
        stage = "payment"
    elif dossier.stage is Stage.PROCESSING and dossier.days_late(turn.today):
        stage = "overdue"
    return turn.text(f"lookup.next.{stage}", desk=desk)


def one_line(turn: Turn, dossier: DossierStage) -> str:
    """The dossier in a list of the citizen's own."""
    stage = turn.text(f"lookup.stage.{dossier.stage}")
    day = turn.day(dossier.promised_at)
    return turn.text("lookup.one_line", code=dossier.code, stage=stage, day=day)


async def may_be_asked(turn: Turn, dossier: DossierStage) -> bool:
    """Whether the dossier is done and has no response yet."""
    if dossier.stage not in DONE:
        return False
    return not await invitations.is_answered(turn.conn, dossier.id, turn.context.form_id)


def _far(turn: Turn, stage: Stage) -> str:
    words = turn.text(f"lookup.stage.{stage}")
    step = STEPS.get(stage)
    if step is None:
        return words
    bar = "●" * step + "○" * (LAST - step)
    return turn.text("lookup.far", bar=bar, step=step, steps=LAST, stage=words)


def _details(turn: Turn, dossier: DossierStage) -> list[str]:
    status, stage = Status(dossier.status), dossier.stage
    named = turn.text(f"lookup.status.{status.name.lower()}")
    details = {
        "procedure": dossier.procedure,
        "unit": dossier.unit,
        "status": named if named != turn.text(f"lookup.stage.{stage}") else None,
        "received": turn.day(dossier.received_at),
        "returned": turn.day(dossier.returned_at) if dossier.returned_at else None,
    }
    return [
        turn.text(f"lookup.detail.{name}", value=value) for name, value in details.items() if value
    ]


async def _offer(
    turn: Turn, dossier: DossierStage, stage: Stage, *, proved: bool
) -> tuple[str, Rows]:
    if stage in IN_WORK and not await linked_dossiers.follows(
        turn.conn, turn.contact.id, dossier.id
    ):
        if not await _is_asked_something(turn):
            turn.ask(Verb.FOLLOW, dossier.id)
        buttons = (
            turn.button(turn.key_here("follow"), Verb.FOLLOW, dossier.id, "yes"),
            turn.button("no_need", Verb.FOLLOW, dossier.id, "no"),
        )
        return turn.here("consent.status"), (buttons,)
    if proved and await may_be_asked(turn, dossier):
        button = turn.button("answer", Verb.SURVEY, dossier.id)
        return turn.text("lookup.ask"), ((button,),)
    return "", ()


async def _is_asked_something(turn: Turn) -> bool:
    asked = turn.focus.asked
    waits = turn.focus.petition is not None or (asked is not None and asked.verb != Verb.FOLLOW)
    return waits or await survey.is_under_way(turn)


async def _is_allowed(turn: Turn) -> bool:
    proves = turn.context.settings.look_up_proof
    minutes = await (look_up_limits.minutes_to_wait if proves else _minutes_to_wait)(turn)
    if minutes:
        await turn.say("lookup.too_many", minutes=minutes)
    return not minutes


async def _minutes_to_wait(turn: Turn) -> int:
    """For what tells something without a proof."""
    minutes = await look_up_limits.minutes_to_wait(turn)
    return minutes or (A_WHILE if await look_up_limits.are_braked(turn) else 0)
