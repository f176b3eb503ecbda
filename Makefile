# Everything a developer or CI runs. Only make and Python 3.11 or later are assumed: each verb makes or
# reuses .venv by itself.
#
#   make test PYTHON=python3.12         another interpreter
#   make test VENV=.venv-3.12           another environment, kept beside the first
#   make test ARGS="-k websocket -x"    more words for pytest

PYTHON ?=
VENV ?= .venv
ARGS ?=
SOURCES := testclient pytest_plugin conformance
VERSIONS := 3.11 3.12 3.13

# Hundreds of tests start an interpreter of their own, and compiling the sources is most of what such a start costs.
unexport PYTHONDONTWRITEBYTECODE

BIN := $(VENV)/bin
RUN := $(VENV)/.runs
LINT := $(VENV)/.lints

# A .venv made by another interpreter than the one asked for now is made anew.
ifneq ($(PYTHON),)
ifneq ($(shell cat $(RUN) 2>/dev/null),$(PYTHON))
$(shell rm -f $(RUN) $(LINT))
endif
endif

.DEFAULT_GOAL := help
.PHONY: help demo test test-all fast proof coverage check format format-check lint types arch docs bench rules counters dropin faults soak corpus bench-conformance bench-latency determinism clean \
        test-alone test-httpx test-httpx2 $(VERSIONS:%=test-%)

help:  ## what the verbs do
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

$(RUN): pyproject.toml tools/find-python
	@set -e; [ -e $@ ] || { \
		python=$$(tools/find-python $(PYTHON)); echo "using $$python for $(VENV)"; "$$python" -m venv --clear $(VENV); }
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group test
	@echo "$(PYTHON)" > $@

$(LINT): $(RUN)
	$(BIN)/python -m pip install --quiet --group lint
	@touch $@

demo: $(RUN)  ## run the example app end to end, and check it and its broken twin
	$(BIN)/python -m examples.bookshop.demo
	@printf '\n=== asgitest check: the bookshop, with people who log in, is clean\n'
	$(BIN)/asgitest check --config examples/bookshop/asgitest.toml
	@printf '\n=== asgitest check examples.bookshop_broken:app: a twin with fifteen faults, and every one is found\n'
	$(BIN)/asgitest check examples.bookshop_broken:app --seed 0 || test $$? -eq 1
	@printf '\n=== pytest --asgi-cov: what the tests of the bookshop reach\n'
	$(BIN)/python -m pytest --no-header -p no:cacheprovider examples/bookshop --asgi-cov

# What is counted of a process is counted in one of its own, where no other test has left a thread.
test: $(RUN)  ## the whole test suite
ifeq ($(strip $(ARGS)),)
	$(BIN)/python -m pytest -q tests/counters
	$(BIN)/python -m pytest -n auto --ignore tests/counters
else
	$(BIN)/python -m pytest $(ARGS)
endif

# One environment for each Python, and one for each choice of HTTP library.
test-all: $(VERSIONS:%=test-%) test-httpx test-httpx2  ## the suite on every Python, and with httpx or httpx2 alone

$(VERSIONS:%=test-%): test-%:
	$(MAKE) test VENV=.venv-$* PYTHON=$*

test-httpx: ; $(MAKE) test-alone VENV=.venv-httpx ALONE=httpx OTHER="httpx2 httpcore2"
test-httpx2: ; $(MAKE) test-alone VENV=.venv-httpx2 ALONE=httpx2 OTHER="httpx httpcore"

# Other packages need httpx, so "alone" means that the other library cannot be imported, not that nobody asked for it.
test-alone: $(RUN)
	$(BIN)/python -m pip uninstall --quiet --yes $(OTHER)
	ASGITEST_HTTP=$(ALONE) $(BIN)/python -m pytest $(ARGS)

fast: $(RUN)  ## the tests of the core alone, in seconds
	$(BIN)/python -m pytest -q tests/testclient/asgi $(ARGS)

proof: $(RUN)  ## the proofs about the core in full: every word to length five, 100,000 conversations with junk
	ASGITEST_PROOF=full $(BIN)/python -m pytest -q tests/testclient/asgi $(ARGS)

coverage: $(RUN)  ## which branches of the test client its tests reach
	$(BIN)/coverage erase
	$(BIN)/coverage run --parallel-mode -m pytest -q -p no:cacheprovider tests/testclient $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include "testclient/*" --show-missing --skip-covered

check: format-check lint types arch docs  ## all that CI checks beside the tests

format: $(LINT)  ## rewrite the sources in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

format-check: $(LINT)
	$(BIN)/ruff format --check .

lint: $(LINT)  ## ruff with every rule on
	$(BIN)/ruff check .

types: $(LINT)  ## mypy and pyright, both strict
	$(BIN)/mypy $(SOURCES) tests/typed_use.py
	$(BIN)/pyright --pythonpath $(BIN)/python

arch: $(LINT)  ## import contracts, the shape of the code, the contents of the wheel
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/architecture

docs: $(RUN)  ## run every example in README.md and docs/
	$(BIN)/python tools/docs.py $(ARGS)

bench: $(RUN)  ## test clients side by side, as ratios to the raw call
	$(BIN)/python benchmarks $(ARGS)

rules: $(RUN)  ## write the pages of the rules of ASGI from their registry
	$(BIN)/python tools/rules.py

bench-pytest: $(RUN)  ## 400 tests with a client each, ours and Starlette's
	$(BIN)/python benchmarks/pytest_run.py $(ARGS)

bench-conformance: $(RUN)  ## cases for each CPU second, with and without white box, and those of Schemathesis
	$(BIN)/python benchmarks/conformance.py $(ARGS)

bench-latency: $(RUN)  ## the quick profile on sixty operations, and the help
	$(BIN)/python benchmarks/latency.py $(ARGS)

counters: $(RUN)  ## the gates on threads, wake-ups, loop turns and memory
	$(BIN)/python -m pytest -q tests/counters $(ARGS)

faults: $(RUN)  ## what the conformance command finds in apps with known faults, and says about their twins
	$(BIN)/python -m tests.faults.score $(ARGS)

corpus: $(RUN)  ## the conformance checks over FastAPI's own examples: what they call an error is false, or adjudicated
	$(BIN)/python tools/corpus.py $(ARGS)

determinism: $(RUN)  ## the same seed, the same findings: ten times, with one, two and four workers
	$(BIN)/python tools/determinism.py $(ARGS)

dropin: $(RUN)  ## the suites of Starlette and FastAPI, with their client and with ours
	$(BIN)/python tools/dropin.py $(ARGS)

soak: $(RUN)  ## 24,000 requests from six threads, and 300 clients in a row
	$(BIN)/python -X dev -W error benchmarks/soak.py $(ARGS)

clean:  ## remove what the verbs made
	rm -rf .venv .venv-* build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
