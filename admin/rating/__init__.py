"""Ratings for people and programs: on the terminal, as rows, compared, explained."""
