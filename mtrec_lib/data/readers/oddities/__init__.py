"""What is legal about a reader's own log, and looks like a mistake: for ``mtrec data check``."""
