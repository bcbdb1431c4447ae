"""A present resource whose contract changes: what differs, what it breaks, how the files follow."""
