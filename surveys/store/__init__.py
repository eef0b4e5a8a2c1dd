"""The only code that uses SQL: `schema`, `database`, and one module per subject."""
