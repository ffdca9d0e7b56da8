"""The peers, each in an environment of its own: torch and what stands on it."""
