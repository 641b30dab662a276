"""The command line; never deployed."""
