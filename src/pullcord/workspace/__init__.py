"""The only code that calls git: refs, mirrors, clones, frozen trees, apply."""
