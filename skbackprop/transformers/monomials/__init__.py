"""Monomials: their enumeration, and their values for dense and CSR rows.

:mod:`basis` counts, orders and names them, :mod:`options` reads the parameters that
select them, :mod:`dense` and :mod:`csr` evaluate them, :mod:`decision` evaluates
quadratic forms without them, and :mod:`guards` limits memory.
"""
