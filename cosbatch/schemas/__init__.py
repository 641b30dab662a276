"""What callers may ask for: the one declaration of every rule of the API's pages."""
