"""What goes over the socket: addresses, signatures, XML, errors."""
