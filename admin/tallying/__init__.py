"""Survey tallies: read, completed, published safely, written as JSON, CSV and XLSX."""
