"""How patient and how broad a dispatcher is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchRules:
    """Seconds and counts; the defaults are for production."""

    send_seconds: float = 15.0
    """How long one request may take before its outcome is unknown; above the channels' own."""
    lease_seconds: float = 20.0
    """After this long without an answer another process takes the message for interrupted."""
    poll_seconds: float = 0.5
    """How soon a message is seen that another process queued."""
    sweep_seconds: float = 5.0
    max_in_flight: int = 64
    """Requests of one bot at once."""
    max_batch: int = 32
    """Messages of one bot that are claimed in one transaction."""
    max_results: int = 64
    """Results that are recorded in one transaction."""
    linger_seconds: float = 0.05
    """How long the result of a reply that was sent in its tap's transaction waits to be recorded
    with others, unless another message of the chat waits for it."""
    record_seconds: float = 120.0
    """How long to insist on recording a result; then the sweep calls the message uncertain."""

    def __post_init__(self) -> None:
        """A lease must outlast the request, or a message in flight is taken for lost."""
        if self.lease_seconds <= self.send_seconds:
            raise ValueError("lease_seconds must be longer than send_seconds")


RULES = DispatchRules()
