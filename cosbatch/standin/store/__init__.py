"""What is kept: SQLite and the contents of objects."""
