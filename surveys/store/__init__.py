"""The only code that speaks SQL: `schema`, `database`, and one module a noun."""
