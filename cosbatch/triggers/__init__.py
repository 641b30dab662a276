"""Who sent the event: one small reader for each, all with the same three verbs `matches`, `calls` and `reply`."""
