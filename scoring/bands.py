"""Bands of points: the grades of units, the completion bands of officials."""

from decimal import Decimal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from scoring.model import Line, Model, Points, Text


class Band(Model):
    """A grade, reached from this many points on."""

    id: Line
    name: Text
    points: Points


class Bands(Model):
    """Grades from the best to the worst; the worst begins at 0."""

    source: Line
    bands: tuple[Band, ...] = Field(min_length=1)

    @field_validator("bands")
    @classmethod
    def _falling_to_zero(cls, bands: tuple[Band, ...]) -> tuple[Band, ...]:
        limits = [band.points for band in bands]
        if limits != sorted(set(limits), reverse=True) or limits[-1] != 0:
            raise PydanticCustomError("bands_order", "from the highest limit down to 0")
        return bands

    def of(self, total: Decimal, part: Decimal = Decimal(1), whole: Decimal = Decimal(1)) -> Band:
        """The band of a total; every limit may shrink to `part` of `whole`."""
        return next(band for band in self.bands if total * whole >= band.points * part)


class Officials(Bands):
    """The part of the circular that rates the officials themselves."""

    criteria: tuple[str, ...] = Field(min_length=1)
