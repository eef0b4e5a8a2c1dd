"""From evidence to grade: rulebooks as data, one function a criterion, roll-up. Pure."""
