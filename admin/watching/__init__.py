"""Imports what is dropped into a folder."""
