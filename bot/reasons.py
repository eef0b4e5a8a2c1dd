"""Describes errors to staff without quoting any citizen."""

from types import TracebackType

from surveys.errors import Refusal

OURS = {"bot", "surveys"}


def reason_of(error: BaseException) -> str:
    """The error and its place, without the exception's message, which may quote a citizen."""
    name = type(error).__name__
    what = f"{name} {error.code}" if isinstance(error, Refusal) else name
    place = _place(error.__traceback__)
    return f"{what} in {place}" if place else what


def _place(trace: TracebackType | None) -> str:
    """The innermost line of this product that the error came through."""
    place = ""
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.partition(".")[0] in OURS:
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
