"""Shoppers and products: what is known of a pair before the next basket."""
