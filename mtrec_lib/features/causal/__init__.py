"""Features that are computed from the past alone."""
