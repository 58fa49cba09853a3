"""Helpers for validation and documentation, independent of networks."""
