"""Closing a period: what was signed stays, and what changed since is told."""
