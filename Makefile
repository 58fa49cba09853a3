# Each target makes its own virtual environment under .venv, with the extra of
# its name from setup.cfg, and makes it anew whenever that file changes.
# PYTHON picks the interpreter, ARGS goes to pytest or to the benchmarks:
#     make test PYTHON=python3.12 ARGS="-x -k digits"
# Work with `make quick`, commit after `make test`.

PYTHON = python3
OLDEST_PYTHON = python3.10
VENV = .venv/$(notdir $(PYTHON))
ARGS =
# Both make OpenBLAS, and so every peer we compare with, slower than users see it.
FAIRLY = env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE
# A worker has its core to itself: more threads of BLAS would only wait there.
# Cases stay near their neighbours, with which they share kernels and fixtures,
# until a worker has nothing left to do.
PYTEST = OMP_NUM_THREADS=1 $(<D)/bin/python -m pytest \
	--numprocesses auto --dist worksteal --durations 10
# Where kernels are given memory of all shapes.
GUARDED = $(addprefix tests/, estimators transformers separability engine/compiled \
	fitting/test_input.py fitting/test_reported_cases.py kernels/modules \
	kernels/training kernels/losses)

.PHONY: demo test quick nojit test-oldest oracles clients guarded fuzz lint stubs \
	format docs dist bench clean
.NOTPARALLEL:

demo: $(VENV)/demo/made  # on an installed copy, as users have it
	$(<D)/bin/pip install --quiet --no-deps .
	$(FAIRLY) $(<D)/bin/python examples/plot_quickstart.py

test: $(VENV)/test/made
	$(PYTEST) $(ARGS)

quick: $(VENV)/test/made  # four cases of each test; nothing slow, no doctest
	$(PYTEST) -o testpaths=tests --sample few -m "not slow" $(ARGS)

nojit: $(VENV)/test/made  # on the NumPy executor, where coverage can be measured
	NUMBA_DISABLE_JIT=1 $(PYTEST) $(ARGS)

test-oldest: .venv/oldest/made
	$(PYTEST) $(ARGS)

oracles: $(VENV)/oracles/made  # every case, with torch and JAX to compare with
	$(PYTEST) --sample whole $(ARGS)

clients: $(VENV)/clients/made  # libraries that take estimators, given ours
	$(PYTEST) tests/with_other_libraries $(ARGS)

guarded: $(VENV)/test/made  # what reads or writes beyond an array kills a worker
	for side in behind before; do \
		SKBACKPROP_FENCE=$$side PYTHONPATH=tests/helpers $(PYTEST) -p fence \
		--sample levels $(GUARDED) $(ARGS) || exit 1; \
	done

fuzz: $(VENV)/test/made  # until ARGS="--minutes 10" are over
	$(<D)/bin/python -m tests.fuzz $(ARGS)

lint: $(VENV)/lint/made
	$(<D)/bin/ruff check
	$(<D)/bin/ruff format --check
	$(<D)/bin/python docs/validate_docstrings.py
	$(<D)/bin/mypy
	$(<D)/bin/pyright --pythonpath $(<D)/bin/python

stubs: $(VENV)/test/made  # for editors and type checkers, from the sources
	$(<D)/bin/python docs/make_stubs.py

format: $(VENV)/lint/made
	$(<D)/bin/ruff check --fix
	$(<D)/bin/ruff format

docs: $(VENV)/docs/made
	$(<D)/bin/python -m sphinx -W --keep-going docs docs/_build/html
	$(<D)/bin/python docs/check_pages.py docs/_build/html

dist: $(VENV)/dist/made  # an sdist, and the wheel that is built from it
	rm -rf dist
	$(<D)/bin/python -m build
	$(<D)/bin/twine check --strict dist/*
	tar -tzf dist/*.tar.gz | cut -d/ -f2- > $(<D)/content
	! git ls-files | grep -v '^\.' | grep -vxFf $(<D)/content  # all that git knows

bench: $(VENV)/bench/made
	$(FAIRLY) $(<D)/bin/python -m tests.benchmarks $(ARGS)

clean:
	rm -rf .venv build dist *.egg-info docs/_build docs/auto_examples docs/generated

$(VENV)/%/made: setup.cfg pyproject.toml
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --editable '.[$*]'
	touch $@

.venv/oldest/made: setup.cfg pyproject.toml
	@$(OLDEST_PYTHON) --version || { echo "make test-oldest needs Python 3.10: \
	make test-oldest OLDEST_PYTHON=/path/to/python3.10" >&2; exit 1; }
	$(OLDEST_PYTHON) -m venv --clear $(@D)
	sed -n '/^install_requires/,/^$$/s/>=/==/p' setup.cfg > $(@D)/oldest.txt
	$(@D)/bin/pip install --quiet --editable '.[test]' --constraint $(@D)/oldest.txt
	touch $@
