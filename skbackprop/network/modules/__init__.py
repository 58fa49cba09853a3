"""Modules: the building blocks of networks, as frozen dataclasses.

A module defines its shapes and, if elementwise, its formula and derivative. It holds
no parameters and no signals. Calling it on nodes adds it to a graph
(:mod:`skbackprop.network.graph`).
"""
