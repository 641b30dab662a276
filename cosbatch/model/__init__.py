"""The words that everything else is said in: errors, names, messages, tokens, deadlines."""
