"""Results as files to submit: workbooks, and the same figures as CSV and JSON."""
