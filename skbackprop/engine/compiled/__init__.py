"""Run a program with compiled kernels: bind it to memory, load samples, call rows."""
