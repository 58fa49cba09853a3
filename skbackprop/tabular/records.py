"""Base class of records, which are checked when they are created or unpickled."""

from dataclasses import fields


class Record:
    """A frozen dataclass that stores its fields, but nothing derived from them."""

    def __getstate__(self):
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __setstate__(self, state):
        for field in fields(self):
            object.__setattr__(self, field.name, state[field.name])
        self.__post_init__()

    def __post_init__(self):
        """Raise ValueError if fields contradict each other."""
