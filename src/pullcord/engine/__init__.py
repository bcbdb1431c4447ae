"""Who drives a run now, and how an effect is had exactly once."""
