"""Invitations, unit by unit."""
