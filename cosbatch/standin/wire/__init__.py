"""What crosses the socket: requests, responses, addresses, signatures, XML, errors."""
