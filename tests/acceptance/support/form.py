"""The form `phieu5` as design.md lists it, and answers drawn from it."""

from random import Random

PHIEU5: dict[str, tuple[str, ...]] = {
    "satisfaction": ("very", "satisfied", "unsatisfied"),
    "on_time": ("early", "on_time", "late", "unknown"),
    "contacts": ("none", "once", "many"),
    "contacts_own_fault": ("yes", "no"),
    "agencies": ("none", "one_stop", "many"),
    "agencies_field_check": ("yes", "no"),
    "publicity": ("both", "one", "poor", "unknown"),
    "conduct": ("no", "yes"),
    "complaint": ("none", "answered_on_time", "answered_late", "unanswered"),
    "extra_cost": ("no", "yes", "decline"),
    "filing": ("in_person", "online_self", "online_assisted", "post"),
}
"""Option ids by question id; `comment` is free text and no option."""
FOLLOW_UPS = {"contacts_own_fault": "contacts", "agencies_field_check": "agencies"}
"""Asked only after the answer `many`."""


def drawn_choices(luck: Random, quality: float) -> dict[str, str]:
    """One person's answers; not everybody answers everything."""
    choices: dict[str, str] = {"satisfaction": luck.choice(PHIEU5["satisfaction"])}
    for question, options in PHIEU5.items():
        asked = FOLLOW_UPS.get(question)
        if asked and choices.get(asked) != "many":
            continue
        if luck.random() < 0.85:
            good = luck.random() < quality
            choices[question] = options[0] if good else luck.choice(options)
    return choices
