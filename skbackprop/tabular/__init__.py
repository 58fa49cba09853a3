"""Ensembles of small networks for tables as they come."""
