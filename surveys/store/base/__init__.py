"""The database itself: connections, transactions, the schema."""
