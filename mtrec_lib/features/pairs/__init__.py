"""What is known of a person, an item and the pair of them when an item is asked about."""
