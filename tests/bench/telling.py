"""The figures of a benchmark, for `make bench` to show."""

import sys


def tell(line: str) -> None:
    """Show a line of figures."""
    sys.stdout.write(f"\n{line}\n")
