"""What networks are made of: modules, each a frozen dataclass with its shape rule."""
