"""Records: what is learnt of a table, checked whenever it is made or unpickled."""

from dataclasses import fields


class Record:
    """A frozen dataclass that stores its fields and nothing derived of them."""

    def __getstate__(self):
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __setstate__(self, state):
        for field in fields(self):
            object.__setattr__(self, field.name, state[field.name])
        self.__post_init__()

    def __post_init__(self):
        """Raise ValueError where fields contradict each other."""
