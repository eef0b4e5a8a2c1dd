"""What the parts of a rulebook are made of: frozen models, texts in both languages, points."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from scoring.rounding import rounded


def _hundredths(points: Decimal) -> Decimal:
    if points != rounded(points, 2):
        raise PydanticCustomError("points_step", "0.01")
    return points


Points = Annotated[Decimal, Field(ge=0, allow_inf_nan=False), AfterValidator(_hundredths)]
Line = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    """A frozen part of a rulebook; a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Model):
    """The same words in both languages."""

    vi: Line
    en: Line

    def of(self, language: str) -> str:
        """The words in `language` (vi | en)."""
        return self.en if language == "en" else self.vi
