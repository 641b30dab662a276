"""The Batch API, and the jobs that it runs."""
