"""The reference implementation: programs run in plain NumPy, slow and simple."""
