"""Results as files to hand in: workbooks, and the same figures as CSV and JSON."""
