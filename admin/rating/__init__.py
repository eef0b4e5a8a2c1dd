"""A rating as people and programs get it: for the terminal, as rows, compared, explained."""
