"""Trunks: from a history to a state after every event of it."""
