"""Validation and documentation helpers that know nothing of networks."""
