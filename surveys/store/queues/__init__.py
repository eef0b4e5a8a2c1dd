"""Inbox and outbox: what came in, what goes out, how fast, and what became of it."""
