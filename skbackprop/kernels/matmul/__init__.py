"""Matrix products, the inner loops of linear modules."""
