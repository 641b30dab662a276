"""What the operator has set: the environment, the profiles, what callers may do."""
