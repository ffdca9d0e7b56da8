"""Balancing by the losses of the tasks, or by nothing at all."""
