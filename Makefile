# Every target does its own set-up, and is quick the second time. PYTHON=/path/to/python3 chooses the interpreter.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PREPARE := @sh tools/python.sh tools/environments.py
BIN := .venv/bin
# More for pytest or the linters, e.g. make test ARGS='-k channel'
ARGS ?=
# One more than two cores: a worker waits for its engines now and then.
WORKERS ?= 3
# The tests of a file go to one worker: what they set up is set up once.
SPREAD := --dist loadfile --no-loadscope-reorder

# The real tools that tests drive; without these variables tests look in the same places.
export WAYBILL_TEST_STARTIFACT := $(CURDIR)/.venvs/startifact/bin/startifact
export WAYBILL_TEST_MINISTACK := $(CURDIR)/.venvs/ministack/bin/ministack
export WAYBILL_TEST_AWS := $(CURDIR)/.venvs/aws/bin/aws
export WAYBILL_TEST_ACT := $(CURDIR)/.venvs/lint/bin/act

.PHONY: help demo test lint bench test-container documents format requirements wheel clean distclean engine-down

help: ## show this list
	@echo "Waybill: make TARGET"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
	  printf '  %-16s %s\n' "$$name" "$$text"; done

demo: ## stage, promote, deploy and roll back a small site in a sandbox, no AWS account; ARGS=--keep: look at it
	$(PREPARE) main
	@$(BIN)/python -m tools.demo $(ARGS)

test: ## run all tests but the container's (under 5 minutes)
	$(PREPARE) main startifact ministack aws
	@# Compiled tests are kept, whatever the environment says: each worker would compile all of them again.
	@PYTHONDONTWRITEBYTECODE= PYTHONHASHSEED=0 $(BIN)/python -m pytest -m "not container" -n $(WORKERS) $(SPREAD) \
	  --timeout 240 $(ARGS)

lint: ## ruff, mypy, and the linters of workflows, actions, Dockerfile and shell
	$(PREPARE) main lint
	@$(BIN)/python tools/lint.py $(ARGS)

bench: ## measure speed and memory beside s5cmd, obstore, aws, boto3 and startifact
	$(PREPARE) main bench startifact
	@$(BIN)/python bench/run.py $(ARGS)

test-container: wheel ## build the image and run the action in it, and under act (needs root and Debian's packages)
	$(PREPARE) main lint
	@$(BIN)/python -m pytest -m container tests/container $(ARGS)

documents: ## write action.yml and README's tables from the tables of inputs and calls
	$(PREPARE) main
	@$(BIN)/python tools/documents.py

format: ## let ruff mend style and layout
	$(PREPARE) main
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

requirements: ## lock the dependencies again by hash; UPGRADE=1 takes the newest
	$(PREPARE) lock
	@.venvs/lock/bin/python tools/lock.py $(if $(UPGRADE),--upgrade)

wheel: ## build the same bytes from the same commit into build/dist
	$(PREPARE) main
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct 2>/dev/null || echo 1767225600) \
	  $(BIN)/python -m flit_core.wheel --outdir build/dist >/dev/null
	@chmod 644 build/dist/*.whl; ls -t build/dist/*.whl | tail -n +2 | xargs rm -f

# The container tests' engine, build/engine, is kept like the environments: it takes a while to make.
clean: ## remove what the targets made, environments excepted
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -name engine -exec rm -rf {} +
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find src tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean engine-down ## remove the environments too
	@rm -rf build .venv .venvs

# Ends the containers of the tests' own engine and lets go of its mounts, without which its folder cannot be removed.
engine-down:
	@[ ! -f build/engine/env ] || { . build/engine/env; \
	  if [ "$$WAYBILL_ENGINE" = podman ] && [ -n "$${CONTAINERS_STORAGE_CONF-}" ]; then \
	    podman rm --all --force --time 0 >/dev/null; podman umount --all >/dev/null; \
	    umount build/engine/storage/overlay 2>/dev/null || true; fi; }
