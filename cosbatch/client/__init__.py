"""The Batch API for Python programs; never deployed."""
