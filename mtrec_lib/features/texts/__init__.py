"""Texts of items and of histories, and their vectors."""
