"""Scripts that run in the peers' environments."""
