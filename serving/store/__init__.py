"""The store: one file a table, plain SQL through SQLAlchemy Core, on SQLite and on PostgreSQL alike."""
