"""Sprint documents: read, edited line by line, put in order of dependencies."""
