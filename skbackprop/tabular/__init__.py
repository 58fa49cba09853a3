"""Tables as they come, read for nets."""
