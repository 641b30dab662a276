"""Commands that make jobs and follow them."""
