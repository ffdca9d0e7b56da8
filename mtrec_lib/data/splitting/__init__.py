"""Which rows train, what a query is, and what may be seen when."""
