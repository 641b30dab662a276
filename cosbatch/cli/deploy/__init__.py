"""Commands for whoever deploys the function."""
