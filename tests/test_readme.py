"""The README's statements run from top to bottom, as a newcomer would run them."""

import re
import textwrap
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:NUMBA_DISABLE_JIT")  # in the workers of the search
def test_statements_of_the_readme_run(capsys):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    namespace = {}
    for block in blocks:
        exec(textwrap.dedent(block), namespace)
    probabilities, best_score = capsys.readouterr().out.rsplit("\n", 2)[:2]
    assert probabilities.startswith("[[")
    assert float(best_score) > 0.9
