"""Instruments as people change them."""
