"""Commands that make and judge manifests."""
