# Every target sets up what it needs; `make help` lists them.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
ROOMS  := features agreement models training serving hotlead
export MLFLOW_DISABLE_TELEMETRY ?= true
# Processes that compile every module anew take half a second longer to start, and the tests start many.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test check bench crash fuzz notebooks pictures migration lock clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## make the virtual environment, install the locked packages, compile the kernels

$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Hotlead needs Python 3.11 or later: run 'make PYTHON=/path/to/python3 setup'." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/hotlead doctor --warm
	@touch $@

demo: $(READY)  ## import a demo company's history, train, serve, and watch leads turn hot
	$(BIN)/hotlead demo $(DEMO)

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(PYTEST)

check: $(READY)  ## format, lint, types, the floors between the rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## measure the hot paths beside a named peer
	$(BIN)/python -m benchmarks.features
	$(BIN)/python -m benchmarks.forest
	$(BIN)/python -m benchmarks.scoring
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.bulk
	$(BIN)/python -m benchmarks.forecast
	$(BIN)/python -m benchmarks.queue

crash: $(READY)  ## kill the service hundreds of times and count what was lost
	$(BIN)/python -m tests.campaigns.crash $(CRASH)

fuzz: $(READY)  ## ask the service for everything in every way and count what broke
	$(BIN)/python -m tests.campaigns.fuzz $(FUZZ)

notebooks: $(READY)  ## run the notebooks again and keep their outputs
	$(BIN)/jupyter execute --inplace notebooks/*.ipynb

pictures: $(READY)  ## draw the pages again for the docs; needs Chromium
	$(BIN)/python -m tests.browser.pictures

migration: $(READY)  ## draft the store's next revision: make migration SAYS="add a note to alerts"
	$(BIN)/python -m serving.store.migrations.drafting "$(SAYS)"
	$(BIN)/ruff format --quiet serving/store/migrations/versions

lock: $(READY)  ## resolve the dependencies again into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --all-extras pyproject.toml -o requirements.lock

clean:  ## remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
