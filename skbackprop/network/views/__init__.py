"""Ways to look at a graph: as a table, as a picture, as transformed by backprop."""
