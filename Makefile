# Every target sets up its own .venv first and needs only Python 3.11, pip, make and git.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# What was installed: the project's own needs, the interpreter and where the checkout lies.
WANTED := $(shell cat pyproject.toml requirements.lock 2>/dev/null | cksum | tr ' ' -) $(CURDIR)

.PHONY: help demo test test-slow check format lock wheel clean venv

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: venv  ## train, export, verify and picture the models on the bundled digits
	@$(BIN)/keraszoo demo

test: venv  ## the fast tests
	@$(BIN)/pytest -n 2 -q

test-slow: venv  ## the real trainings too
	@$(BIN)/pytest -q -m slow

check: venv  ## lint, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: venv  ## mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

venv:
	@if [ "$$(cat $(VENV)/.installed 2>/dev/null)" != "$(WANTED)" ] || ! $(BIN)/python -c '' 2>/dev/null; then \
		set -e; \
		echo "Installing into $(VENV) (once)"; \
		if command -v uv >/dev/null; then \
			uv venv --quiet --clear --python $(PYTHON) $(VENV); \
			uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
			uv pip install --quiet --python $(BIN)/python --no-deps -e .; \
		else \
			$(PYTHON) -m venv --clear $(VENV); \
			$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
			$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .; \
		fi; \
		echo "$(WANTED)" >$(VENV)/.installed; \
	fi

lock: venv  ## renew requirements.lock from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv || uv pip install --quiet --python $(BIN)/python uv
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.10 --generate-hashes \
		--no-header --no-emit-index-url --no-annotate --quiet -o requirements.lock

wheel: venv  ## dist/*.whl
	@$(BIN)/python -m build --wheel

clean:  ## remove what make made
	rm -rf $(VENV) dist demo .pytest_cache .mypy_cache .ruff_cache
