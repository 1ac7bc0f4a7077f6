# Everything a newcomer types. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install from-debian demo test check fix bench bench-live soak screenshots diagrams

help: ## list what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

BUNDLE := $(shell find editor -path editor/node_modules -prune -o -type f -print) $(wildcard api/static/src/*) guidelines/schema.json

# Charte itself, with the browser's bundle: all that the demo needs.
$(VENV)/installed: pyproject.toml $(BUNDLE)
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python has no venv module here: apt-get install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[postgres]'
	touch $@

# What the tests and checks need beside it.
$(VENV)/ready-to-test: $(VENV)/installed tests/requirements.txt
	$(PIP) --requirement tests/requirements.txt
	touch $@

$(VENV)/ready-to-bench: $(VENV)/ready-to-test benchmarks/requirements.txt
	$(PIP) --requirement benchmarks/requirements.txt
	touch $@

install: $(VENV)/ready-to-test ## install Charte and its tests' tools into .venv

demo: $(VENV)/installed ## serve Charte with demo data on http://127.0.0.1:8000
	@$(BIN)/charte demo --folder var/demo

# The tests bring their own browser and PostgreSQL. These come from the distribution only; who is not root is told.
FROM_DEBIAN := libreoffice-writer-nogui poppler-utils curl jq strace
from-debian:
	@for tool in soffice pdftotext curl jq strace; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	test -z "$$missing" && exit 0; \
	echo "Not here, and needed by some tests:$$missing"; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(FROM_DEBIAN) >/dev/null; \
	else echo "Without them those tests are skipped: apt-get install $(FROM_DEBIAN)"; fi

test: install from-debian ## run every test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: install ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: install ## mend format and what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/ready-to-bench ## measure beside the peers and write docs/benchmarks.md
	$(BIN)/python -m benchmarks.report

bench-live: $(VENV)/ready-to-test ## measure live editing beside Hocuspocus and write its part of docs/benchmarks.md
	$(BIN)/python -m benchmarks.live --write $(LIVE)

soak: install ## the fuzz of steps, writers and suggestions, for long instead of seconds
	CHARTE_SOAK=1 $(BIN)/python -m pytest -m soak

screenshots: install ## photograph every screen into docs/screenshots
	$(BIN)/python -m tests.screenshots

diagrams: install ## draw the diagrams of docs/diagrams from the code
	$(BIN)/python -m workflow.diagram docs/diagrams
