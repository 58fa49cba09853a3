"""Where the HTML of an estimator leads in a notebook: to its page."""

import functools
from importlib.metadata import PackageNotFoundError, version

from sklearn.utils.fixes import parse_version


class LinkedToPage:
    """Say, in the attributes that scikit-learn asks for, where a class is documented.

    What is not released has no page, and no link.
    """

    _doc_link_template = (
        "https://skbackprop.readthedocs.io/en/stable/generated/skbackprop.{name}.html"
    )

    @property
    def _doc_link_module(self):
        return "skbackprop" if _is_released() else ""

    def _doc_link_url_param_generator(self):
        return {"name": type(self).__name__}


@functools.cache
def _is_released():
    try:
        return not parse_version(version("skbackprop")).is_devrelease
    except PackageNotFoundError:  # a clone on the path
        return False
