"""Web pages for officers."""
