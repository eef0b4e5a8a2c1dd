"""Recorded conversations of `motcua forms try`."""
