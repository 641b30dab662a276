"""The way from a command to the account: its Batch API and the objects in its buckets."""
