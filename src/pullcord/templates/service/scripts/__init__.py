"""Tasks around the service, run by poe."""
