# Each target creates .venv and installs what it needs by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A person watches the installation; a log of CI needs only its faults.
PIP := $(BIN)/pip install $(if $(CI),--quiet --quiet) --disable-pip-version-check --constraint constraints.txt
PYTEST := $(BIN)/pytest -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow check bench scorer-cards clean

help:  ## Say what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(VENV)/.demo  ## Evaluate the embedded model and build a first page
	$(BIN)/mint-bench demo

test: $(VENV)/.dev  ## Run the tests, in minutes
	$(PYTEST) -m "not slow and not browser"

test-slow: $(VENV)/.slow  ## Run what is slow: real models, browser, wheel, long runs
	$(BIN)/pytest -m "slow or browser"

check: $(VENV)/.dev  ## Lint, types, layers, and Inspect's own linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/inspect-evals-lint mint_bench

bench: $(VENV)/.dev  ## Measure speed and memory; writes benchmarks/latest.json
	$(BIN)/python -m benchmarks

scorer-cards: $(VENV)/.slow  ## Rebuild the embedded scorers and every figure on their cards
	$(BIN)/mint-bench scorers train taggers/embedded-fast judges/embedded
	$(BIN)/mint-bench scorers card judges/embedded

clean:  ## Remove what the targets built
	rm -rf $(VENV) build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("mint-bench needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing mint-bench with the embedded model's engine; this takes some minutes."
	$(PIP) --editable '.[hf]'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing mint-bench with its development tools; this takes some minutes."
	$(PIP) --editable '.[also,dev]'
	@touch $@

$(VENV)/.slow: $(VENV)/.dev
	@echo "Installing the engines for the slow tests; this takes some minutes."
	$(PIP) --editable '.[also,dev,hf,lm-eval,scorers]'
	@touch $@
