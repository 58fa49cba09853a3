"""Transformers that expand, pool and scale features."""
