"""Files as offices send them, and what becomes of each."""
