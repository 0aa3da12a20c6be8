# Everything a person does with this repository. `make` alone lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run demo ui env env-dev test faults endpoints check format bench lock audit openapi clean

BIN := .venv/bin
# The .venv's own Python where there is one: a second start looks for nothing.
BASE_PYTHON = $$(if [ -z "$(PYTHON)" ] && [ -x $(BIN)/python ]; then echo $(BIN)/python; else PYTHON="$(PYTHON)" scripts/find-python; fi)
export PYTHONUNBUFFERED := 1

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1#\2/p' $(MAKEFILE_LIST) | awk -F'#' '{printf "%-16s %s\n", $$1, $$2}'

run: env ui ## set up and start the server on http://127.0.0.1:8000 (Ctrl-C stops it)
	@exec $(BIN)/dynagent serve

demo: env ## run the demonstration agent and print its trace
	@$(BIN)/dynagent demo

ui: ## build the user interface where Node.js is at hand (UI=0 leaves it out)
	@if [ "$(UI)" != 0 ]; then scripts/build-ui; fi

env: ## .venv with the locked packages that running needs
	@python=$(BASE_PYTHON) && "$$python" scripts/environment.py run

env-dev: ## .venv with what tests and checks need as well
	@python=$(BASE_PYTHON) && "$$python" scripts/environment.py dev

test: env-dev ## all tests, with the coverage gates
	@scripts/run-tests

faults: env-dev ## every row of the failure matrix with real processes, and the sandbox at every level; takes minutes
	@$(BIN)/pytest -m "slow_fault or not slow_fault" tests/faults tests/sandbox_corpus tests/infrastructure/sandbox

endpoints: env-dev ## our model clients against LiteLLM, llama.cpp and the newest OpenAI client (network, a compiler)
	@$(BIN)/pytest -rs -m real_server tests/infrastructure/llm/servers

check: env-dev ## lint, format, types, import contracts, shape of the code, OpenAPI drift, locks
	@scripts/check

format: env-dev ## let ruff put the code in order
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: env-dev ## measure speed and size (benchmarks/, results in artifacts/)
	@$(BIN)/python -m benchmarks.run $(BENCH)

openapi: env-dev ## write docs/openapi.json, errors.md and permissions.md from the code
	@$(BIN)/python scripts/openapi.py write
	@$(BIN)/python scripts/errors.py write
	@$(BIN)/python scripts/permissions.py write

lock: env-dev ## resolve the dependencies anew and write the lock files
	@scripts/lock

audit: ## look up known vulnerabilities of what is locked (network)
	@scripts/audit

clean: ## remove what was made here, except the data
	@rm -rf .venv .audit .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov artifacts
	@rm -rf frontend/node_modules frontend/.next frontend/out
	@find src tests benchmarks migrations -name __pycache__ -type d -prune -exec rm -rf {} +
