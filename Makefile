# From a fresh clone: `make demo` runs the main job, `make test` the tests. `make help` lists the rest.
# What is installed is pinned by hash; it is installed again only when the pins change.

PYTHON ?= python3
SERVE ?= 1
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
# Three on two cores: a third of the tests wait, for a page or for a process.
PYTEST := $(BIN)/python -m pytest --numprocesses 3
# A module's tests share what they need in one process; its order leaves no long module for the end.
BY_MODULE := --dist loadscope --no-loadscope-reorder
SEED := $(or $(SEED),$(shell od -An -N4 -tu4 /dev/urandom | tr -d ' '))
FAST := -m "not slow and not long"
LOCK := $(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --quiet \
	--generate-hashes --no-header --no-annotate --upgrade \
	--no-emit-index-url --no-emit-find-links --no-emit-build-options
DECODER := src/escrutinio/publication/browser/assets/vendor/qr
DECODER_FILES := index.js decode.js LICENSE.txt
SHA256 := $(shell command -v sha256sum || echo shasum -a 256)
BENCHMARKS := $(filter-out __init__ harness,$(basename $(notdir $(wildcard benchmarks/*.py))))

# Every test that starts the command reads what an earlier one compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo decoder test test-core test-explore test-slow test-long fuzz fuzz-short night risk risk-short dist screenshots lint types contracts js-types js-lint js-test bench bench-short lock clean

help:
	@echo "make demo [SERVE=0]  publish, verify and serve the two examples"
	@echo "make decoder         fetch the pages' QR reader with npm; without it they read pasted text"
	@echo "make test            the tests, in some five minutes on two cores"
	@echo "make test-core       those of core and base alone"
	@echo "make test-explore    the property tests again, by a seed of this moment"
	@echo "make test-slow       the tests that take longer"
	@echo "make test-long       the tests that take minutes each"
	@echo "make fuzz            inputs made by chance, through both verifiers (fuzz-short: a twentieth of them)"
	@echo "make risk            the risk of audits, simulated whole (risk-short: a tenth)"
	@echo "make lint            ruff"
	@echo "make types           mypy, strict"
	@echo "make contracts       a room imports only from the rooms below it"
	@echo "make js-types        the pages' JavaScript: tsc, strict (with npm)"
	@echo "make js-lint         the same: oxlint (with npm)"
	@echo "make js-test         the same: its tests under node"
	@echo "make bench           every benchmark beside its floor (bench-short: small sizes)"
	@echo "make dist            the wheel and the source archive"
	@echo "make screenshots     the pictures of README.md, with Chromium"
	@echo "make lock            pin the newest allowed dependencies again, with hashes"
	@echo "make clean           remove what the other targets made"

# --- setting up ---------------------------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Escrutinio needs Python 3.11 or newer, and $(PYTHON) is %d.%d: try make PYTHON=python3.12" % sys.version_info[:2])'
	@echo "Making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing the packages pinned in requirements.txt (once, under a minute)"
	@$(PIP) --require-hashes --requirement requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/runtime.stamp
	@echo "Installing the packages pinned in requirements-dev.txt (once, under a minute)"
	@$(PIP) --require-hashes --requirement requirements-dev.txt
	@touch $@

# --- the main job -------------------------------------------------------------------------------------

demo: $(VENV)/runtime.stamp
	@$(MAKE) --no-print-directory decoder || echo "Going on without it: photos of sheets need the browser's own QR reader"
	@$(BIN)/python -m escrutinio demo $(if $(filter 0,$(SERVE)),--no-serve)

# The reader and drawer of QR codes for the pages: someone else's code, fetched and never committed.
decoder: $(DECODER)/decode.js

$(DECODER)/decode.js: decoder.sha256
	@command -v npm >/dev/null || { echo "npm is not installed, so the pages get no QR reader of their own"; exit 1; }
	@echo "Fetching the QR reader of the pages (once)"
	@rm -rf build/decoder $(DECODER) && mkdir -p build/decoder
	@cd build/decoder && npm pack --silent --ignore-scripts qr@0.7.0 >/dev/null && tar -xzf qr-0.7.0.tgz
	@cp build/decoder/package/LICENSE build/decoder/package/LICENSE.txt
	@cd build/decoder/package && $(SHA256) --check ../../../decoder.sha256 >/dev/null
	@mkdir -p $(DECODER) && cd build/decoder/package && cp $(DECODER_FILES) $(CURDIR)/$(DECODER)/

# --- checks -------------------------------------------------------------------------------------------

test: $(VENV)/dev.stamp
	@$(PYTEST) $(BY_MODULE) $(FAST) $(ARGS)

test-core: $(VENV)/dev.stamp
	@$(PYTEST) $(BY_MODULE) $(FAST) tests/core tests/base $(ARGS)

# SEED=N makes the examples of an earlier run again.
test-explore: $(VENV)/dev.stamp
	@echo "seed $(SEED): make test-explore SEED=$(SEED) repeats this run"
	@$(PYTEST) $(BY_MODULE) -m "hypothesis and not long" \
		--hypothesis-profile exploring --hypothesis-seed $(SEED) $(ARGS)

test-slow: $(VENV)/dev.stamp
	@$(PYTEST) --dist worksteal -m slow $(ARGS)

test-long: $(VENV)/dev.stamp
	@$(PYTEST) --dist worksteal -m long $(ARGS)

# Ends with 1 where anything is wrong; ARGS="--seed N" makes the inputs of an earlier run again.
fuzz: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.fuzz $(ARGS)

fuzz-short:
	@$(MAKE) --no-print-directory fuzz ARGS="--share 0.05 $(ARGS)"

risk: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.risk $(ARGS)

night: $(VENV)/dev.stamp
	@night=$$(mktemp -d) && $(BIN)/python examples/night/play.py "$$night/night" $(ARGS) && rm -r "$$night"

risk-short:
	@$(MAKE) --no-print-directory risk ARGS="--share 0.1 $(ARGS)"

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp
	@$(BIN)/mypy

contracts: $(VENV)/dev.stamp
	@$(BIN)/lint-imports --no-logo

# What checks the JavaScript is pinned in package-lock.json and lies in node_modules; nothing else needs it.
node_modules/stamp: package.json package-lock.json
	@command -v npm >/dev/null || { echo "npm is not installed, so the JavaScript cannot be checked (Debian: apt install npm)"; exit 1; }
	@echo "Installing the packages pinned in package-lock.json (once)"
	@npm ci --silent
	@touch $@

js-types: node_modules/stamp
	@npm run --silent types

js-lint: node_modules/stamp
	@npm run --silent lint

js-test:
	@command -v node >/dev/null || { echo "node is not installed, so the JavaScript cannot be tested (Debian: apt install nodejs)"; exit 1; }
	@node --test --test-reporter=spec tests/js/*.test.js

bench: $(VENV)/dev.stamp
	@set -e; for name in $(BENCHMARKS); do $(BIN)/python -m benchmarks.$$name $(ARGS); done

# Without those that time nothing and damage hundreds of prints.
bench-short: BENCHMARKS := $(filter-out qr_legibility read_rate,$(BENCHMARKS))
bench-short: $(VENV)/dev.stamp
	@set -e; for name in $(BENCHMARKS); do $(BIN)/python -m benchmarks.$$name --short; done

# The wheel and the source archive, in dist/.
dist: $(VENV)/dev.stamp decoder
	@$(BIN)/python -m tests.dist

# --- upkeep -------------------------------------------------------------------------------------------

# The pins hold for every platform and Python from 3.11 on; no address of a package index is written.
screenshots: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.browser.screenshots

lock: $(VENV)/dev.stamp
	@$(LOCK) --extra all --output-file requirements.txt >/dev/null
	@$(LOCK) --extra all --extra dask --extra dev --constraint requirements.txt --output-file requirements-dev.txt >/dev/null

clean:
	@rm -rf $(VENV) node_modules build dist public src/*.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
