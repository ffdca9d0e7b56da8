"""Encoders of the BERT family: texts to vectors."""
