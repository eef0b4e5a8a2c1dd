"""Backup and restore for either kind of database."""
