"""Printed tables: reading their cells, wording the findings."""
