"""Every figure of a report as data: gathered once, stored as JSON, printed elsewhere."""
