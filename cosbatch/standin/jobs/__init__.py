"""The Batch API, and the thread that runs the jobs."""
