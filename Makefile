# Every target sets up its own .venv first. Needed beside make: Python 3.10 or newer with pip; uv is used if it is there.
VENV := .venv
BIN := $(VENV)/bin
# The interpreters to try, in this order; the first that runs and is new enough makes the .venv.
PYTHONS = $(if $(PYTHON),"$(PYTHON)",python3.11 python3.12 python3.13 python3.10 python3)
# Prints the interpreter itself, not a link in an activated .venv that is about to be removed.
WHERE = import os, sys; sys.version_info >= (3, 10) or sys.exit(1); print(os.path.realpath(sys.executable))

.NOTPARALLEL:
.PHONY: help demo test test-slow check format venv lock wheel clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

demo: venv  ## train, export, verify and picture the models on the bundled digits
	@$(BIN)/keraszoo demo

test: venv  ## the fast tests
	@$(BIN)/python -m pytest -n 2 -q

test-slow: venv  ## the real trainings too
	@$(BIN)/python -m pytest -q -m slow

check: venv  ## lint, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: venv  ## mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# The stamp is written last and names what was installed and where: a half-made .venv, one of a checkout that has moved,
# and one older than pyproject.toml or the lock are made anew.
venv:  ## .venv with what requirements.lock names, if it is not there yet
	@set -e; \
	wanted="$$(cat pyproject.toml requirements.lock | cksum) $$(pwd -P)"; \
	if [ "$$(cat $(VENV)/.installed 2>/dev/null)" = "$$wanted" ] && $(BIN)/python -S -c '' 2>/dev/null; then exit 0; fi; \
	for name in $(PYTHONS); do python=$$("$$name" -c '$(WHERE)' 2>/dev/null) && break; done; \
	if [ -z "$$python" ]; then echo 'Expected Python 3.10 or newer, found none: make PYTHON=/path/to/python3.11' >&2; exit 2; fi; \
	echo "Installing into $(VENV), once; this takes some minutes"; \
	rm -rf $(VENV); \
	if uv --version >/dev/null 2>&1; then \
		uv venv --quiet --python "$$python" $(VENV); \
		install="uv pip install --quiet --python $(BIN)/python"; \
	else \
		"$$python" -m venv $(VENV); \
		install="$(BIN)/python -m pip install --quiet --disable-pip-version-check"; \
	fi; \
	$$install --require-hashes -r requirements.lock; \
	$$install --no-deps --no-build-isolation -e .; \
	printf '%s\n' "$$wanted" >$(VENV)/.installed

# Needs no .venv, so that a broken lock can be mended. Versions stay while they fit; FLAGS=--upgrade takes the newest.
lock:  ## renew requirements.lock from pyproject.toml (FLAGS=--upgrade for the newest versions)
	@set -e; \
	scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	uv=uv; \
	if ! uv --version >/dev/null 2>&1; then \
		for name in $(PYTHONS); do python=$$("$$name" -c '$(WHERE)' 2>/dev/null) && break; done; \
		"$$python" -m pip install --quiet --disable-pip-version-check --target "$$scratch" uv; \
		uv="$$scratch/bin/uv"; \
	fi; \
	"$$uv" pip compile pyproject.toml --extra dev --universal --python-version 3.10 --generate-hashes --no-annotate \
		--no-emit-index-url --custom-compile-command 'make lock' --quiet $(FLAGS) -o requirements.lock

wheel: venv  ## dist/*.whl
	@$(BIN)/python -m build --wheel --no-isolation

clean:  ## remove what make made; trained models stay
	rm -rf $(VENV) dist demo .pytest_cache .mypy_cache .ruff_cache
