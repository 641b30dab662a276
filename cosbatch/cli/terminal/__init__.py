"""What the commands share to read and to write: options, files, output, tables, progress."""
