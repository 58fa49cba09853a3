"""The page on the vector language: what it shows is what happens."""

import doctest
from pathlib import Path

import pytest
from jit_marks import needs_jit

PAGE = Path(__file__).parents[2] / "docs" / "vector_language.rst"


@needs_jit
@pytest.mark.skipif(not PAGE.exists(), reason="the pages are not here")
def test_the_examples_of_the_page_give_what_it_says():
    result = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert result.attempted > 10
    assert result.failed == 0
