"""Views of a graph: a table, a drawing, and the graph transformed by backprop."""
