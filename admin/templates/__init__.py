"""Workbooks to fill in, one for each kind of file that can be imported."""
