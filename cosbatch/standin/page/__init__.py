"""The page for people: jobs, buckets and what became of them, to be looked at rather than read."""
