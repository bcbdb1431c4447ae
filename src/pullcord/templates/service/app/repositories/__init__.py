"""Where rows are kept. A repository is a protocol with two implementations."""
