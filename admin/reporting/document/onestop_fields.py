"""The fields of a report about the flow of dossiers through the one-stop desks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from admin.figures.model import FactFigures, IntakeFigures, ReportFigures, UnitIntake
from admin.reporting.document.rating_fields import capital
from admin.reporting.document.words import Words
from surveys.intake import Intake, together

Fields = dict[str, Any]
PARAGRAPHS = (
    "cau_tiep_nhan",
    "cau_giai_quyet",
    "cau_dang_giai_quyet",
    "cau_dung",
    "cau_ty_le",
    "cau_buu_chinh",
)
UNITS_LISTED = 60
"""How many units have a line of their own in the document; the annex has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnestopFields:
    """A report's flow of dossiers in words."""

    words: Words
    figures: ReportFigures

    @property
    def intake(self) -> IntakeFigures:
        """The counts."""
        return self.figures.intake

    def whole(self) -> Fields:
        """`mot_cua`: the area, its blocks, its procedures."""
        whole = self.intake.whole
        return {
            **self._counts(whole),
            "cau": self._sentence(whole),
            "cau_truc_tuyen": self._online(whole),
            "cau_xin_loi": self._apologies(whole),
            "cau_can_doi": self.words.say("onestop.balanced") if not whole.difference else "",
            "khoi": [self._block(name) for name in self._blocks()],
            "thu_tuc": [
                {"ten": one.name or self.words.say("unknown"), **self._counts(one.counts)}
                for one in self.intake.procedures
            ],
        }

    def _blocks(self) -> list[str]:
        """The blocks in the order of the rating, with dossiers or not."""
        return [block.id for block in self.figures.rating.blocks]

    def _block(self, block: str) -> Fields:
        names = {one.id: one.name for one in self.figures.rating.blocks}
        units = [unit for unit in self.intake.units if unit.block == block]
        busy = [unit for unit in units if unit.counts.received]
        idle = [unit.name for unit in units if not unit.counts.received]
        listed = self._listed(busy)
        shown = self.words.say("onestop.shown", shown=len(listed))
        return {
            "ten": names[block],
            **self._counts(together(unit.counts for unit in units)),
            "don_vi": [self._unit(unit) for unit in listed],
            "cau_khong_phat_sinh": self.words.about("onestop.empty", idle),
            "cau_con_lai": shown if len(listed) < len(busy) else "",
        }

    def _listed(self, units: Sequence[UnitIntake]) -> Sequence[UnitIntake]:
        """All units of a block, or those with most late and overdue dossiers."""
        if len(self.intake.units) <= UNITS_LISTED:
            return units
        worst = [unit for unit in units if unit.counts.late + unit.counts.overdue]
        worst.sort(key=lambda unit: (-unit.counts.late - unit.counts.overdue, unit.code))
        return worst[: UNITS_LISTED // max(1, len(self._blocks()))]

    def _unit(self, unit: UnitIntake) -> Fields:
        return {"ten": unit.name, **self._counts(unit.counts), "cau": self._unit_line(unit)}

    def _counts(self, counts: Intake) -> Fields:
        """Every count of a unit, a block, a procedure or the area, with its sentences."""
        plain, words = self.words.plain, self.words
        return {
            "tiep_nhan": plain(counts.received),
            "moi": plain(counts.new),
            "truc_tuyen": plain(counts.online),
            "truc_tiep": plain(counts.direct),
            "buu_chinh": plain(counts.post),
            "ky_truoc": plain(counts.carried_over),
            "giai_quyet": plain(counts.resolved),
            "truoc_han": plain(counts.early),
            "dung_han": plain(counts.same_day),
            "dung_va_som": plain(counts.on_time),
            "tre_han": plain(counts.late),
            "khong_ro_han": plain(counts.unknown),
            "dang_giai_quyet": plain(counts.pending),
            "trong_han": plain(counts.in_time),
            "qua_han": plain(counts.overdue),
            "gan_den_han": plain(counts.near_due),
            "dung_giai_quyet": plain(counts.stopped),
            "da_xin_loi": plain(counts.late_apologised + counts.overdue_apologised),
            "hen_lai": plain(counts.rescheduled),
            "phi_dia_gioi": plain(counts.elsewhere),
            "ty_le_tre": words.share(counts.late, counts.received),
            "ty_le_dung_han": words.share(counts.on_time, counts.resolved),
            "ty_le_dung_han_tiep_nhan": words.share(counts.on_time, counts.received),
            "ty_le_truc_tuyen": words.share(counts.online, counts.new),
            "ty_le_buu_chinh": words.share(counts.post, counts.new),
            **self._paragraphs(counts),
        }

    def _paragraphs(self, counts: Intake) -> Fields:
        say, share = self.words.say, self.words.share
        if not counts.received:
            return dict.fromkeys(PARAGRAPHS, "") | {"cau_buu_chinh": say("onestop.post", 0)}
        received, resolved = counts.received, counts.resolved
        names = ("new", "online", "direct", "post")
        parts = {name: str(self.words.plain(getattr(counts, name))) for name in names}
        plain = self.words.plain
        return {
            "cau_tiep_nhan": say(
                "onestop.received",
                received=plain(received),
                carried=plain(counts.carried_over),
                **parts,
            ),
            "cau_giai_quyet": say(
                "onestop.resolved",
                resolved=plain(resolved),
                early=plain(counts.early),
                same_day=plain(counts.same_day),
                late=plain(counts.late),
                unknown=self._unknown(counts.unknown),
            ),
            "cau_dang_giai_quyet": say(
                "onestop.pending",
                pending=plain(counts.pending),
                in_time=plain(counts.in_time),
                overdue=plain(counts.overdue),
                days=str(self.intake.near_days),
                near=plain(counts.near_due),
            ),
            "cau_dung": say("onestop.stopped", counts.stopped),
            "cau_ty_le": say(
                "onestop.rates",
                of_resolved=share(counts.on_time, resolved),
                of_received=share(counts.on_time, received),
                late=share(counts.late, received),
            ),
            "cau_buu_chinh": say("onestop.post", counts.post, share=share(counts.post, counts.new)),
        }

    def _unknown(self, count: int) -> str:
        shown = self.words.plain(count)
        return self.words.say("onestop.unknown", shown=shown) if count else ""

    def _sentence(self, whole: Intake) -> str:
        span, plain = self.figures.span, self.words.plain
        names = ("on_time", "late", "in_time", "overdue")
        counts = {name: plain(getattr(whole, name)) for name in names}
        last = min(span.end, self.figures.as_of)
        return self.words.say(
            "onestop.whole", whole.received, first=span.start, last=last, **counts
        )

    def _online(self, whole: Intake) -> str:
        """How many came online, and in which blocks."""
        names = {one.id: one.name for one in self.figures.rating.blocks}
        parts = [
            f"{names[block]}: {self.words.count(counts.online)}"
            for block, counts in self.intake.groups("block")
            if block in names
        ]
        return self.words.say(
            "onestop.online",
            whole.online,
            share=self.words.share(whole.online, whole.new),
            parts=self.words.say("semicolon").join(parts),
        )

    def _apologies(self, whole: Intake) -> str:
        apologised = whole.late_apologised + whole.overdue_apologised
        return self.words.say(
            "onestop.apology",
            whole.late + whole.overdue,
            apologised=self.words.say("onestop.apologised", apologised),
            rescheduled=self.words.say("onestop.rescheduled", whole.rescheduled),
        )

    def _unit_line(self, unit: UnitIntake) -> str:
        counts, say = unit.counts, self.words.say
        parts = {
            "late": (counts.late, counts.received),
            "in_time": (counts.in_time, 0),
            "overdue": (counts.overdue, 0),
            "online": (counts.online, counts.new),
            "post": (counts.post, counts.new),
        }
        told = {
            name: say(
                f"onestop.unit_{name}",
                count=self.words.plain(count),
                share=self.words.share(count, whole),
            )
            if count
            else ""
            for name, (count, whole) in parts.items()
        }
        received, on_time = self.words.plain(counts.received), self.words.plain(counts.on_time)
        return say("onestop.unit", name=unit.name, received=received, on_time=on_time, **told)


def fact_sentences(words: Words, facts: Sequence[FactFigures]) -> Iterator[str]:
    """Each declared figure, as a share where it is a part of another."""
    for fact in facts:
        total = words.plain(int(fact.total))
        if fact.whole is None:
            yield capital(words.say("facts.plain", name=fact.name, total=total))
        else:
            share, whole = words.share(fact.total, fact.whole), words.plain(int(fact.whole))
            yield capital(
                words.say("facts.part", name=fact.name, total=total, whole=whole, share=share)
            )
