# Everything a newcomer types. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install demo test check fix

help: ## list what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

BUNDLE := $(shell find editor -path editor/node_modules -prune -o -type f -print) $(wildcard api/static/src/*)

$(VENV)/installed: pyproject.toml tests/requirements.txt $(BUNDLE)
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python has no venv module here: apt-get install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[postgres]' --requirement tests/requirements.txt
	touch $@

install: $(VENV)/installed ## install Charte and its tests' tools into .venv

demo: install ## serve Charte with demo data on http://127.0.0.1:8000
	$(BIN)/charte demo --folder var/demo

test: install ## run every test
	$(BIN)/python -m pytest

check: install ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: install ## mend format and what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
