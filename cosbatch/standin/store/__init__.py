"""What is kept: one SQLite database, and a file for each content."""
