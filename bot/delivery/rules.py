"""The limits of a dispatcher: time-outs, concurrency, batch sizes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchRules:
    """Seconds and counts; the defaults are for production."""

    send_seconds: float = 15.0
    """How long one request may take before its outcome is unknown; above the channels' own."""
    lease_seconds: float = 20.0
    """After this long without an answer, other processes treat the message as interrupted."""
    poll_seconds: float = 0.5
    """The interval at which messages queued by other processes are noticed."""
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
        """Check that a lease outlasts a request; else a message in flight would count as lost."""
        if self.lease_seconds <= self.send_seconds:
            raise ValueError("lease_seconds must be longer than send_seconds")


RULES = DispatchRules()
