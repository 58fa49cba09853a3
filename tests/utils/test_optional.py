"""Packages that may be missing: what is said then."""

import sys

import pytest

from skbackprop.utils.optional import import_optional


def test_a_package_that_is_there_is_imported():
    assert import_optional("json.decoder", "none") is sys.modules["json.decoder"]


@pytest.mark.parametrize("name", ["no_such_package", "no_such_package.inner"])
def test_a_missing_one_is_named_with_the_command_that_installs_it(name):
    match = r"needs no_such_package.*pip install skbackprop\[some\]"
    with pytest.raises(ImportError, match=match):
        import_optional(name, "some")


def test_what_is_missing_inside_it_is_its_own_affair(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import no_such_package")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_package'"):
        import_optional("half_there", "some")
