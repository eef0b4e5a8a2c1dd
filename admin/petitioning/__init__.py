"""Petitions as officers see them."""
