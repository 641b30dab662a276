"""Buckets and objects, as COS answers for them."""
