"""Writes imported rows, and undoes imports."""
