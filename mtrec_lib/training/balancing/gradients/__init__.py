"""Balancing by the gradients of the tasks."""
