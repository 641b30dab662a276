"""What a test orders: the queue, and what each fault does to a response."""
