"""The issuing office as a report names it, from the settings."""

from dataclasses import dataclass
from typing import Any

from admin.reporting.document.words import Words
from bot.report_settings import ReportSettings

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The issuing office, from the settings; what is not known prints as dots."""

    settings: ReportSettings
    authority: str

    @property
    def agency(self) -> str:
        """The issuing agency."""
        return self.settings.report_agency or self.authority

    @property
    def area(self) -> str:
        """The area that the report speaks of."""
        return self.settings.report_area or self.agency

    def words(self) -> Words:
        """How the office writes figures."""
        return Words(
            percent_digits=self.settings.report_percent_digits,
            names_listed=self.settings.report_names_listed,
        )

    def fields(self, words: Words) -> Fields:
        """`co_quan` and `noi_nhan`."""
        dots, settings = words.say("dots"), self.settings
        recipients = [one.strip() for one in settings.report_recipients.split(";") if one.strip()]
        return {
            "co_quan": {
                "ten": self.agency,
                "ten_hoa": self.agency.upper(),
                "cap_tren": settings.report_parent,
                "cap_tren_hoa": settings.report_parent.upper(),
                "dia_danh": settings.report_place or dots,
                "dia_ban": self.area,
                "kinh_gui": settings.report_addressee,
                "ky_thay": settings.report_signed_for,
                "chuc_vu": settings.report_signed_by,
                "nguoi_ky": settings.report_signer,
            },
            "noi_nhan": [
                f"- {one}{'.' if place == len(recipients) else ';'}"
                for place, one in enumerate(recipients, 1)
            ],
        }
