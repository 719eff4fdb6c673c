# The few words that people and CI call alike: demo test check bench docs (and golden, browser, lock, clean).
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip
DEMO_LEADS ?= 4000
DEMO_SECONDS ?= 20
WORKERS ?= 3
# The Python whose packages `make sbom` lists; the images have 3.12.
SBOM_PYTHON ?= $(BIN)/python

# Idle OpenMP threads sleep instead of spinning; nothing here reports home.
export OMP_WAIT_POLICY := passive
export DO_NOT_TRACK := 1
export MLFLOW_DISABLE_TELEMETRY := true
export DVC_NO_ANALYTICS := true
# What was compiled is used again: each of the many processes of a run starts in half the time.
unexport PYTHONDONTWRITEBYTECODE
# dvc.yaml runs `mikomi`, which lies beside it.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help demo browser test golden mutants check bench endure docs dvc sbom lock clean
help:  ## say what each word does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 8

$(BIN)/uv: requirements-uv.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

$(VENV)/.ready: $(BIN)/uv requirements.lock pyproject.toml
	$(UV) install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.bench: $(VENV)/.ready requirements-bench.lock
	$(UV) install --quiet --python $(BIN)/python --require-hashes -r requirements-bench.lock
	@touch $@

$(VENV)/.docs: $(VENV)/.ready requirements-docs.lock
	$(UV) install --quiet --python $(BIN)/python --require-hashes -r requirements-docs.lock
	@touch $@

demo: $(VENV)/.ready  ## set up, run the main job on the sample company, and serve its ranking
	DEMO_LEADS=$(DEMO_LEADS) $(BIN)/dvc repro --force --single-item examples/sample/dvc.yaml:export
	$(BIN)/dvc repro
	$(BIN)/mikomi score --show 10
	@if [ "$${DEMO_SERVE:-1}" = 0 ]; then exit 0; fi; \
	export MIKOMI_ACCESS_LOG=no MIKOMI_TIME_ZONE=Asia/Tokyo; \
	team() { $(BIN)/mikomi send --today --to "http://127.0.0.1:$${MIKOMI_PORT:-8000}"; $(BIN)/mikomi team load data/sample/export/team.yaml; }; \
	if [ -t 1 ]; then team & $(BIN)/mikomi serve; \
	else \
	  $(BIN)/mikomi serve & server=$$!; \
	  trap 'kill $$server; wait $$server || true' EXIT; \
	  team; \
	  sleep $(DEMO_SECONDS); \
	fi

browser:  ## the browser that tests of the pages drive, and a Japanese font, where apt-get can
	@if { [ -n "$${MIKOMI_CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null; } \
	    && [ -n "$$(fc-list :lang=ja 2>/dev/null)" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi; \
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then \
	  $$as_root apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends \
	    chromium fontconfig fonts-ipafont-gothic >/dev/null; \
	else \
	  echo "Tests of the pages need Chromium and a Japanese font, which this user cannot install here." >&2; \
	  echo "Install them (Debian: chromium, fonts-ipafont-gothic) or name a browser: MIKOMI_CHROMIUM=/path" >&2; \
	fi

test: $(VENV)/.ready browser  ## set up, and run every test
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

golden: $(VENV)/.ready  ## freeze anew what the sample company gives, after a deliberate change
	$(BIN)/python -m tests.golden.freeze

check: $(VENV)/.ready  ## style, names, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tests.names
	$(BIN)/mypy
	$(BIN)/lint-imports

mutants: $(VENV)/.ready  ## change one operator or number at a time and see whether the tests notice
	$(BIN)/python -m tests.mutation

bench: $(VENV)/.bench  ## measure speed and quality against named peers, into benchmarks/results/
	$(BIN)/python -m benchmarks

endure: $(VENV)/.ready  ## try what is promised in bad times, on loopback, into docs/measured/reliability.md
	$(BIN)/python -m benchmarks endure
	$(BIN)/python -m docs.write

docs: $(VENV)/.docs  ## write the generated pages anew and build the site, in both languages, into artifacts/site
	$(BIN)/python -m docs.write
	$(BIN)/python -m docs.site

dvc: $(VENV)/.ready  ## write the code that each stage depends on into dvc.yaml, from the imports
	$(BIN)/python -m tests.stage_code

sbom: $(VENV)/.ready  ## list what a server and a training image consist of, with licences, as CycloneDX
	rm -rf artifacts/sbom
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir artifacts/sbom/dist
	for what in serve train; do \
	  $(BIN)/uv venv --quiet --python $(SBOM_PYTHON) artifacts/sbom/$$what; \
	  install="$(UV) install --quiet --python artifacts/sbom/$$what/bin/python"; \
	  $$install --require-hashes -r requirements-$$what.lock; \
	  $$install --no-deps artifacts/sbom/dist/*.whl; \
	  $(BIN)/cyclonedx-py environment --pyproject pyproject.toml --of JSON -o artifacts/sbom-$$what.json artifacts/sbom/$$what; \
	done
	rm -rf artifacts/sbom
	$(BIN)/python -m tests.sbom artifacts/sbom-serve.json artifacts/sbom-train.json

lock: $(BIN)/uv  ## resolve the requirements anew, with hashes and without addresses
	export UV_CUSTOM_COMPILE_COMMAND="make lock"; \
	compile="$(UV) compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url"; \
	$$compile --extra train --group dev pyproject.toml -o requirements.lock; \
	$$compile --extra train --group dev --group bench -c requirements.lock pyproject.toml -o requirements-bench.lock; \
	$$compile --extra train --group dev --group docs -c requirements.lock pyproject.toml -o requirements-docs.lock; \
	$$compile --extra train -c requirements.lock pyproject.toml -o requirements-train.lock; \
	$$compile -c requirements.lock pyproject.toml -o requirements-serve.lock; \
	$$compile --extra s3 --extra gcs --extra azure -c requirements.lock -c requirements-bench.lock pyproject.toml -o requirements-objects.lock; \
	printf 'uv\nhatchling\n' | $$compile -c requirements.lock - -o requirements-uv.lock

clean:  ## remove what was made, the environment included
	rm -rf $(VENV) artifacts data .dvc/cache .dvc/tmp .mypy_cache .ruff_cache .pytest_cache
