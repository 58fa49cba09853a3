"""Monomials: which there are, and their values for dense and for CSR rows.

:mod:`basis` counts, orders and names them, :mod:`options` reads which are wanted,
:mod:`dense` and :mod:`csr` evaluate them, :mod:`decision` evaluates quadratic forms
without them, :mod:`guards` refuses what is too large.
"""
