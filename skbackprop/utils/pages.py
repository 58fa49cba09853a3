"""The link from an estimator's HTML representation to its documentation."""

import functools
from importlib.metadata import PackageNotFoundError, version

from sklearn.utils.fixes import parse_version


class LinkedToPage:
    """Mixin with the attributes from which scikit-learn makes the link to a class.

    Development versions have no pages, so there is no link.
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
