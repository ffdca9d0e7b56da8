"""Decoders of the GPT family: texts to probabilities of what follows."""
