"""What networks are made of: modules, each a frozen dataclass with its shape rule.

A module states what it computes and its derivative; it holds no parameters and
no signals. Calling it on nodes wires it into a graph
(:mod:`skbackprop.network.graph`).
"""
