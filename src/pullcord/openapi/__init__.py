"""OpenAPI documents as data, and what a change of one means for its clients."""
