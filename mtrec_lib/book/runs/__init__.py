"""Chapters as jobs: planned, executed, stored, refreshed, and shown as a page."""
