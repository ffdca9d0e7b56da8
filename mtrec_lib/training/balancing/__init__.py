"""Balancing: how much each task weighs in the sum of losses, step by step."""
