"""Histories as rows of tokens: windows, packed rows, masked rows, and the batches of a feed."""
