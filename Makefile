# Every target sets up its own .venv first. Needed beside make: Python 3.10 to 3.13 with pip; uv is used if it is there.
VENV := .venv
BIN := $(VENV)/bin
# The interpreters to try, in this order; the first that runs and that TensorFlow knows makes the .venv.
PYTHONS = $(if $(PYTHON),"$(PYTHON)",python3.11 python3.12 python3.13 python3.10 python3)
# Prints the interpreter itself, not a link in an activated .venv that is about to be removed.
WHERE = import os, sys; (3, 10) <= sys.version_info < (3, 14) or sys.exit(1); print(os.path.realpath(sys.executable))
FIND_PYTHON = python=; for name in $(PYTHONS); do python=$$("$$name" -c '$(WHERE)' 2>/dev/null) && break || :; done; \
	[ -n "$$python" ] || { echo 'Expected Python 3.10 to 3.13, found none: make PYTHON=/path/to/python3.11' >&2; exit 2; }
HAS_UV = uv --version >/dev/null 2>&1
UV_INSTALL = uv pip install --quiet --python $(BIN)/python
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.NOTPARALLEL:
.PHONY: help demo test test-slow verify prove prove-arm64 docs check format venv packages lock wheel clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

demo: venv  ## train, export and prove models of the bundled digits, try those of MNIST, picture all
	@$(BIN)/keraszoo demo

test: venv  ## the fast tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q

test-slow: venv  ## the real trainings too
	@$(BIN)/python -m pytest -q -m slow

verify: venv  ## every trained model's score in every runtime; fails on any below its preset's
	@$(BIN)/python benchmarks/zoo.py

# What a check needs and cannot be installed here is named; the other checks run nevertheless.
prove: venv  ## every file of every trained model in every runtime (installs those that are missing)
	@extra='--no-build-isolation --editable .[prove]'; \
	if $(HAS_UV); then $(UV_INSTALL) $$extra; else $(PIP_INSTALL) $$extra; fi
	@for tool in chromium npm; do command -v $$tool >/dev/null || \
		echo "Without $$tool there is no check in a browser: apt-get install chromium libvulkan1 npm" >&2; done
	@$(BIN)/python -c 'from export.runtimes.browser import check_installed; check_installed()' 2>/dev/null || \
		eval "$$($(BIN)/python -c 'from export.runtimes.browser import install_command; print(install_command())')" || :
	@failed=; for model in saved_models/*/model.keras; do \
		$(BIN)/keraszoo export "$$(dirname "$$model")" --prove all --keep 1 --time-limit 3600 || \
			failed="$$failed $$model"; done; \
	[ -z "$$failed" ] || { echo "Not proven everywhere:$$failed" >&2; exit 1; }

prove-arm64: venv  ## every file of every trained model in LiteRT's ARM64 build, emulated (installs it; slow)
	@$(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/python -m export.runtimes.arm64_install
	@failed=; for model in saved_models/*/model.keras; do \
		$(BIN)/keraszoo export "$$(dirname "$$model")" --prove arm64 --keep 1 --time-limit 3600 || \
			failed="$$failed $$model"; done; \
	[ -z "$$failed" ] || { echo "Not proven everywhere:$$failed" >&2; exit 1; }

docs: venv  ## the figures in README.md and docs/, docs/api.md, and the index of saved_models/
	@$(BIN)/python benchmarks/tables.py
	@$(BIN)/python docs/api_reference.py
	@$(BIN)/python docs/model_index.py

check: venv  ## lint, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: venv  ## mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# Each of the two stamps is written last and names what was installed. A .venv that is half made, or was made elsewhere
# or from another lock, is made anew; after a change in pyproject.toml only the project itself is installed, offline.
venv: packages  ## .venv with the project and what requirements.lock names, if it is not there yet
	@set -e; \
	wanted="$$(cksum <pyproject.toml)"; \
	if [ "$$(cat $(VENV)/.project 2>/dev/null)" = "$$wanted" ]; then exit 0; fi; \
	project='--no-deps --no-build-isolation --editable .'; \
	if $(HAS_UV); then $(UV_INSTALL) $$project; else $(BIN)/python -m ensurepip >/dev/null; $(PIP_INSTALL) $$project; fi; \
	echo "$$wanted" >$(VENV)/.project

packages:
	@set -e; \
	wanted="$$(cksum <requirements.lock) $$(pwd -P)"; \
	if [ "$$(cat $(VENV)/.packages 2>/dev/null)" = "$$wanted" ] && $(BIN)/python -S -c '' 2>/dev/null; then exit 0; fi; \
	$(FIND_PYTHON); \
	echo 'Installing into $(VENV), once; this takes some minutes'; \
	rm -rf $(VENV); \
	if $(HAS_UV); then \
		uv venv --quiet --python "$$python" $(VENV); $(UV_INSTALL) --require-hashes -r requirements.lock; \
	else \
		"$$python" -m venv $(VENV); $(PIP_INSTALL) --require-hashes -r requirements.lock; \
	fi; \
	printf '%s\n' "$$wanted" >$(VENV)/.packages

# Needs no .venv, so that a broken lock can be mended. Versions stay while they fit; FLAGS=--upgrade takes the newest.
# ai-edge-litert asks for backports-strenum on every Python; uv overlooks that its later versions refuse Python 3.11.
lock:  ## renew requirements.lock from pyproject.toml (FLAGS=--upgrade for the newest versions)
	@set -e; \
	scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	if $(HAS_UV); then uv=uv; else \
		$(FIND_PYTHON); \
		"$$python" -m pip install --quiet --disable-pip-version-check --target "$$scratch" uv; \
		uv="$$scratch/bin/uv"; \
	fi; \
	echo 'backports-strenum<1.3' >"$$scratch/constraints"; \
	"$$uv" pip compile pyproject.toml --extra dev --constraint "$$scratch/constraints" --universal --python-version 3.10 \
		--generate-hashes --no-annotate --no-emit-index-url --custom-compile-command 'make lock' --quiet $(FLAGS) \
		-o requirements.lock

wheel: venv  ## dist/*.whl
	@$(BIN)/python -m build --wheel --no-isolation

clean:  ## remove what make made; trained models stay
	rm -rf $(VENV) dist demo .pytest_cache .mypy_cache .ruff_cache
