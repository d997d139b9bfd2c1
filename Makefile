# Every target works in a fresh clone: what it needs is installed into .venv first, from the locked requirements.
# PYTHON= names the Python that .venv is made from, PORT= where `make run` serves, ARGS= is passed on to pytest and the
# benchmarks.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
export PYTHON PORT

serving = @deploy/venv base
checking = @deploy/venv dev
measuring = @deploy/venv bench
python = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test long coverage bench faults fuzz audit lint format sizes migrations schema lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: ## serve a catalog with demo data on 127.0.0.1:$PORT
	$(serving)
	@$(python) deploy/run_demo.py

test: ## run the tests, on PostgreSQL and Redis where they can be had
	$(checking)
	$(python) -m pytest -n auto --dist loadgroup $(ARGS)

long: ## run the tests that take minutes each: workers killed through a long import, a feed read beside many writers
	$(checking)
	CATALOG_TEST_LONG=1 $(python) -m pytest -m long $(ARGS)

coverage: ## run the tests and show what they do not reach
	$(checking)
	$(python) -m pytest -n auto --dist loadgroup --cov --cov-report=term-missing $(ARGS)

bench: ## measure the service beside its rivals (ARGS=--help says what else)
	$(measuring)
	@$(python) -m tests.benchmarks $(ARGS)

faults: ## break what the service stands on, under load, and count what its clients notice (ARGS=--help says more)
	$(checking)
	@$(python) -m tests.faults $(ARGS)

fuzz: ## call the API in every way its document allows, thoroughly: 500 examples an operation, three seeds
	$(checking)
	CATALOG_FUZZ_EXAMPLES=500 CATALOG_FUZZ_SEEDS="1 2 3" $(python) -m pytest tests/contract/test_schemathesis.py $(ARGS)

lint: ## check style, types, import contracts, migrations, production settings, the API document and the locks
	$(checking)
	$(python) -m ruff check
	$(python) -m ruff format --check
	deploy/as-production $(python) -m mypy
	.venv/bin/lint-imports
	deploy/as-production $(python) manage.py makemigrations --check --dry-run
	deploy/as-production $(python) manage.py check --deploy --fail-level WARNING
	deploy/as-production $(python) manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(python) requirements/lock.py --check

audit: ## look for known faults in the locked packages, where an advisory service can be reached
	$(checking)
	@$(python) requirements/audit.py

format: ## put the code in the common style
	$(checking)
	$(python) -m ruff check --fix
	$(python) -m ruff format

sizes: ## report how long functions, files and tests are
	@$(PYTHON) tests/architecture/sizes.py

migrations: ## write the migrations that changed models need
	$(checking)
	deploy/as-production $(python) manage.py makemigrations

schema: ## write the API document to openapi.yaml
	$(checking)
	deploy/as-production $(python) manage.py spectacular --validate --fail-on-warn --file openapi.yaml

lock: ## lock requirements/*.in again (ARGS=--upgrade for newer releases)
	$(checking)
	$(python) requirements/lock.py $(ARGS)

clean: ## remove what tools and builds left; .venv, .env and the database stay
	rm -rf .coverage .coverage.* htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache static openapi.yaml
	find accounts catalog_project deploy products requirements tests -name __pycache__ -type d -exec rm -rf {} +
