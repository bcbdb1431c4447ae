"""What the user asks for, as files and words: feature requests and plans."""
