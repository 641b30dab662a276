"""The Batch API client: documents out, signed requests, answers in."""
