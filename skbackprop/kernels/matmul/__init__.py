"""Matrix products, the inner loops of all linear modules."""
