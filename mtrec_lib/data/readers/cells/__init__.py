"""From cells as they were read to the types of the schema; what does not fit, in words."""
