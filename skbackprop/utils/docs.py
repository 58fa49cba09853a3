"""Texts that several docstrings share."""


def share_docs(**texts):
    """Return a class decorator that puts texts where ``{name}`` stands."""

    def decorate(cls):
        for name, text in texts.items():
            cls.__doc__ = cls.__doc__.replace(f"{{{name}}}", text.strip())
        return cls

    return decorate
