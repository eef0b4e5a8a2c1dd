"""The only code that speaks SQL: tables in `schema`, transactions in `database`, a noun a module."""
