"""Commands that make, judge and repair lists of objects."""
