"""The platform's part: what is created in the buckets is told to a function, which also has a URL."""
