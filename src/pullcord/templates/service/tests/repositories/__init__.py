"""What every repository of a resource does, on every storage."""
