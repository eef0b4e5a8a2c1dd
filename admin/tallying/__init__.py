"""Survey tallies: read, completed, anonymized for publication, written as JSON, CSV and XLSX."""
