"""What is published agrees with itself: version, addresses, requirements, files."""

import configparser
import re
from pathlib import Path

import pytest
from sklearn.utils.fixes import parse_version

import skbackprop
from skbackprop.utils import pages

ROOT = Path(__file__).parents[1]
SETUP = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg")
METADATA = SETUP["metadata"]
PROJECT_URLS = dict(
    line.split(" = ") for line in METADATA["project_urls"].strip().splitlines()
)
REPOSITORY, PAGES = METADATA["url"], PROJECT_URLS["Documentation"]
PICTURES = REPOSITORY.replace("github.com", "raw.githubusercontent.com")
RECIPE = (ROOT / "docs" / "conda-forge" / "recipe.yaml").read_text()


def lines_of(option):
    return SETUP["options"][option].strip().splitlines()


def test_only_the_package_states_its_version():
    assert METADATA["version"] == "attr: skbackprop.__version__"
    assert "\nversion:" not in (ROOT / "CITATION.cff").read_text()


def test_the_sdist_has_the_files_at_the_top():
    packed = (ROOT / "MANIFEST.in").read_text().split()
    packed.append("README.md")  # setuptools finds it in the metadata
    suffixes = {".cff", ".md", ".py"}
    found = {path.name for path in ROOT.iterdir() if path.suffix in suffixes}
    assert found <= set(packed)


def test_the_draft_of_a_recipe_is_of_this_release():
    (version,) = re.findall(r'^  version: "(.+)"$', RECIPE, re.M)
    assert version == parse_version(skbackprop.__version__).base_version


def test_the_draft_of_a_recipe_runs_on_what_setup_cfg_asks_for():
    block = RECIPE[RECIPE.index("  run:\n") : RECIPE.index("\ntests:")]
    python, *packages = re.findall(r"^    - (.+)$", block, re.M)
    assert python == "python >=${{ python_min }}"
    assert [line.replace(" ", "") for line in packages] == lines_of("install_requires")
    (oldest,) = re.findall(r'^  python_min: "(.+)"$', RECIPE, re.M)
    assert SETUP["options"]["python_requires"] == f">={oldest}"


def test_ci_runs_each_python_that_setup_cfg_names():
    named = re.findall(r"Python :: (3\.\d+)", METADATA["classifiers"])
    workflow = (ROOT / ".github" / "workflows" / "tests.yml").read_text()
    (matrix,) = re.findall(r"python: \[(.+)\]", workflow)
    assert re.findall(r'"(.+?)"', matrix) == named


@pytest.mark.parametrize("title", PROJECT_URLS)
def test_addresses_of_the_project_are_on_its_forge_or_among_its_pages(title):
    assert PROJECT_URLS[title].startswith((REPOSITORY, PAGES))


@pytest.mark.parametrize(
    "file",
    [
        ROOT / "README.md",
        ROOT / "CITATION.cff",
        ROOT / "docs" / "conda-forge" / "recipe.yaml",
        Path(pages.__file__),
    ],
    ids=lambda path: path.name,
)
def test_a_file_of_the_release_has_the_addresses_of_setup_cfg(file):
    text = file.read_text()
    found = set(
        re.findall(r"https://(?:github\.com|[\w-]+\.readthedocs\.io)[\w./-]*", text)
    )
    assert found
    assert all(address.startswith((REPOSITORY, PAGES)) for address in found)


def test_links_of_the_readme_work_wherever_it_is_shown_and_lead_to_what_exists():
    targets = re.findall(r"\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    assert targets
    for target in targets:
        assert target.startswith("https://"), target
        page = target.removeprefix(f"{PAGES}/en/stable/").replace(".html", ".rst")
        file = re.sub(f"^({REPOSITORY}/blob|{PICTURES})/main/", "", target)
        assert (ROOT / "docs" / page).exists() or (ROOT / file).exists(), target
