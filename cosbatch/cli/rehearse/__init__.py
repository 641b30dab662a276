"""Commands that run the function on this machine."""
