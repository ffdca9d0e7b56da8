"""Files of pretrained models: where they are, whether they are whole, and what they hold."""
