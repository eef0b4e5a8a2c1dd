"""Percentages: parsed from the command line and computed from counts, in one place."""

from decimal import ROUND_HALF_UP, Decimal

import click

TENTH = Decimal("0.1")
HUNDRED = 100


class Percent(click.ParamType[Decimal]):
    """A percentage between 0 and 100 as people write it: 10, 10%, 12,5 or 12.5 %."""

    name = "percent"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Decimal:
        """Parse the number; a usage error for anything else."""
        text = str(value).removesuffix("%").strip().replace(",", ".")
        if not text.replace(".", "", 1).isdecimal() or not Decimal(text) <= HUNDRED:
            self.fail(f"{value!r}", param, ctx)
        return Decimal(text)


PERCENT = Percent()


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent with one decimal, half up; None if `whole` is 0."""
    if not whole:
        return None
    return (Decimal(HUNDRED * part) / whole).quantize(TENTH, ROUND_HALF_UP)
