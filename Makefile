# Every target is one line that also works without make; the line is printed as it runs.
# NB=04 narrows run and refresh · PROFILE=smoke|default|full · FORCE=1 runs what is done already
# JOBS=1 says how many chapters run at a time (else as many as cores and memory allow)
# GPU=1 installs CUDA beside TensorFlow first · ONLY=id narrows bench · PYTHON=python3.12 makes the environment

PYTHON  ?= python3
PROFILE ?= default
WORKERS ?= 2
NB      ?=
JOBS    ?=
FORCE   ?=
GPU     ?=
ONLY    ?=

BIN    := .venv/bin
PY     := $(BIN)/python
READY  := .venv/.ready
GPU_ON := $(if $(GPU),.venv/.ready-gpu)
PIP    := $(PY) -m pip --disable-pip-version-check install -qq
PYTEST := $(PY) -m pytest -n $(WORKERS) --dist loadscope

# JupyterLab starts its kernels in other folders: a relative cache is settled here.
ifneq ($(OS),Windows_NT)
ifneq ($(filter-out /% ~%,$(firstword $(MTREC_HOME))),)
export MTREC_HOME := $(CURDIR)/$(MTREC_HOME)
endif
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-fast fresh lab refresh bench lock clean

help:  ## list the targets (this is what `make` alone does)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile
	@echo "options: NB=04 PROFILE=smoke|default|full JOBS=1 FORCE=1 GPU=1 ONLY=id PYTHON=python3.12"

run: $(READY) $(GPU_ON)  ## run the chapters, then write runs/PROFILE/index.html
	$(BIN)/mtrec run $(NB) --profile $(PROFILE) $(if $(FORCE),--force) $(if $(JOBS),--jobs $(JOBS))

test: $(READY)  ## run every test: units, contracts, faults, chapters
	$(PYTEST)

test-fast: $(READY)  ## run the tests that need no whole chapter and no long training
	$(PYTEST) -m "not slow" --ignore tests/chapters

fresh: $(READY)  ## clone into empty folders with an empty cache; run there, test there, print the times
	$(PY) -m benchmarks.fresh

lab: $(READY) $(GPU_ON)  ## open JupyterLab on the chapters
	$(PY) -m jupyterlab chapters

refresh: $(READY)  ## execute the chapters and store their outputs, index, minutes and memory
	$(PY) -m mtrec_lib.book.runs.refresh $(NB) $(if $(JOBS),--jobs $(JOBS)) && $(PY) -m mtrec_lib.book.runs.index

bench: $(READY) $(GPU_ON)  ## measure what is not measured yet, into benchmarks/results/
	$(PY) -m benchmarks $(ONLY)

lock: $(READY)  ## resolve requirements.lock anew from pyproject.toml
	$(PIP) uv && $(PY) -m uv pip compile pyproject.toml --extra dev --extra pretrained --extra tune --universal --generate-hashes --no-header --no-annotate --upgrade --quiet --output-file requirements.lock

clean:  ## remove the environment, tool caches and build files; runs/ and the data cache stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "mtrec needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)."; \
	  echo "Name one that you have, for instance: make PYTHON=python3.12 run"; exit 1; }
	@echo "Making the environment .venv from requirements.lock (about 90 s, 3.4 GB, once) ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.ready-gpu: $(READY)
	$(PIP) --no-build-isolation -e '.[gpu]'
	@touch $@
