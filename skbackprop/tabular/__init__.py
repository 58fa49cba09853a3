"""Ensembles of small networks for raw tables."""
