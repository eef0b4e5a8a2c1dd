"""Settings of Python's memory for a process that serves for weeks."""

import gc

YOUNG_OBJECTS = 50_000
"""New objects between two looks of the collector. A hundred requests that wait for one commit have
some 13,000: at Python's own number each of them is looked at again and again."""


def settle_down() -> None:
    """Exclude the objects loaded so far from garbage collection: scanning them would stop the
    service for a tenth of a second each time. Call it once, when everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
