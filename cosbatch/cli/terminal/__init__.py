"""What the commands share: options, files, tables, progress."""
