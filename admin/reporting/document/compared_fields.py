"""The fields of a report about earlier periods and years."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from admin.figures.model import PastFigures, ReportFigures, YearFigures
from admin.reporting.document.period_words import period_words
from admin.reporting.document.rating_fields import RatingFields, criteria_named
from admin.reporting.document.words import Words

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFields:
    """A report's figures next to those of the past."""

    words: Words
    figures: ReportFigures
    rated: RatingFields

    def past(self) -> list[Fields]:
        """`so_sanh[]`: the last period and the same one of last year, as far as there are any."""
        return [self._past(one) for one in self.figures.past]

    def _past(self, past: PastFigures) -> Fields:
        rating, words = self.figures.rating, self.words
        units = rating.units
        return {
            "ky": self._named(past),
            "binh_quan": words.number(past.leading),
            "xep_loai": self.rated.grade_name(past.grade),
            "ho_so_tra": words.plain(past.dossiers),
            "ho_so_tra_nay": words.plain(sum(unit.dossiers for unit in units)),
            "tre_hen": words.plain(past.late),
            "tre_hen_nay": words.plain(sum(unit.late for unit in units)),
            "phieu": words.plain(past.responses),
            "phieu_nay": words.plain(sum(unit.responses for unit in units)),
            "cau": " ".join(self._sentences(past)),
            "chi_so": [
                {
                    "ten": criteria_named(words, [one]),
                    "nay": self.rated.mean(one),
                    "truoc": self.rated.mean(one, past.criteria.get(one.id)),
                }
                for one in rating.criteria
            ],
        }

    def _named(self, past: PastFigures) -> str:
        key = "same_period" if past.year_before else "last_period"
        return self.words.say(key, period=period_words(self.words, past.span.period))

    def _sentences(self, past: PastFigures) -> Iterator[str]:
        say, period, now = self.words.say, self._named(past), self.figures.rating.leading
        if now is None or past.leading is None:
            units = self.figures.rating.units
            yield say(
                "compared.no_mean",
                period=period,
                dossiers=sum(unit.dossiers for unit in units),
                dossiers_before=past.dossiers,
                late=sum(unit.late for unit in units),
                late_before=past.late,
            )
        else:
            change = now - past.leading
            key = "up" if change > 0 else "down" if change < 0 else "same"
            before = {"before": past.leading, "now": now, "change": abs(change)}
            yield say(f"compared.mean_{key}", period=period, **before)
        if past.same_rules:
            yield from self._criteria(past)
        else:
            yield say("compared.other_rules")

    def _criteria(self, past: PastFigures) -> Iterator[str]:
        """The criteria that rose, and those that fell."""
        changed: dict[str, list[str]] = {"up": [], "down": []}
        for one in self.figures.rating.criteria:
            before = past.criteria.get(one.id)
            if one.mean is None or before is None or one.mean == before:
                continue
            named = criteria_named(self.words, [one])
            change = self.words.signed(one.mean - before)
            told = self.words.say("compared.criterion", criterion=named, change=change)
            changed["up" if one.mean > before else "down"].append(told)
        for way, told_of in changed.items():
            if told_of:
                joined = self.words.say("comma").join(told_of)
                yield self.words.say(f"compared.criteria_{way}", criteria=joined)

    def series(self) -> list[Fields]:
        """`chuoi_nam[]`: the years, the oldest first."""
        return [self._year(year) for year in self.figures.series]

    def _year(self, year: YearFigures) -> Fields:
        words, named = self.words, period_words(self.words, year.span.period)
        shares = {
            "of_received": words.share(year.issued or year.valid, year.received),
            "of_returned": words.share(year.valid, year.returned),
        }
        percent = str(self.figures.survey.quota_percent)
        counts = {name: getattr(year, name) for name in ("received", "returned", "late")}
        known = "issued" if year.issued or not year.valid else "issued_unknown"
        handed_out = words.say(f"series.{known}", issued=year.issued)
        forms = {"handed_out": handed_out, "valid": year.valid}
        said = {"year": f"{named[:1].upper()}{named[1:]}", **counts}
        split = self._split(year)
        met = "series.met" if (year.issued or year.valid) >= year.quota else "series.missed"
        return {
            "nam": named,
            "tiep_nhan": words.plain(year.received),
            "da_tra": words.plain(year.returned),
            "tre_hen": words.plain(year.late),
            "phat": words.plain(year.issued),
            "thu_ve": words.plain(year.answered),
            "hop_le": words.plain(year.valid),
            "chi_tieu": words.plain(year.quota),
            "tren_tiep_nhan": shares["of_received"],
            "tren_da_tra": shares["of_returned"],
            "hai_long": split,
            "cau": words.say(
                "series.row",
                quota=words.say(met, quota=words.plain(year.quota), percent=percent),
                split=words.say("series.split", options=split) if split else "",
                **said,
                **forms,
                **shares,
            ),
            "cau_ho_so": words.say("series.dossiers", **said),
        }

    def _split(self, year: YearFigures) -> str:
        """The answers on satisfaction, in the order of the form."""
        asked = self.figures.survey.question("satisfaction")
        texts = {one.id: one.text.lower() for one in asked.options} if asked else {}
        order = list(texts) + [key for key in year.satisfaction if key not in texts]
        whole = sum(year.satisfaction.values())
        told = [
            self.words.say(
                "survey.option",
                count=year.satisfaction[key],
                text=texts.get(key, key),
                share=self.words.share(year.satisfaction[key], whole),
            )
            for key in order
            if year.satisfaction.get(key)
        ]
        return self.words.say("comma").join(told)
