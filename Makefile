# The two commands are `make demo` and `make test`; `make` alone lists the rest.
# Works with GNU make 3.81 (macOS) and a POSIX shell.

VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
SOAK_SECONDS ?= 600

# The first interpreter of 3.11 or newer that can also make an environment; PYTHON=... decides otherwise.
CANDIDATES := $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
comma := ,
usable = for python in $(CANDIDATES); do \
	$$python -c 'import sys$(1); sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$python; break; }; \
	done
INTERPRETER = $(shell $(call usable,$(comma) venv$(comma) ensurepip))
NO_PYTHON = $(if $(shell $(call usable,)),\
	Python is here but cannot make an environment: apt install python3-venv,\
	Python 3.11 or newer is missing: apt install python3 python3-venv)

# Stamps carry the content of what was installed, so that a second run installs nothing, and a changed lock does.
digest = $(shell cat $(1) pyproject.toml 2>/dev/null | cksum | cut -d ' ' -f 1)
RUNTIME := $(VENV)/.runtime-$(call digest,requirements/runtime.lock)
DEV := $(VENV)/.dev-$(call digest,requirements/dev.lock)
NODE := node_modules/.stamp-$(shell cat package-lock.json 2>/dev/null | cksum | cut -d ' ' -f 1)

BROWSER = $(shell command -v google-chrome || command -v google-chrome-stable || command -v chromium || \
	command -v chromium-browser || ls -d "/Applications/Google Chrome.app" 2>/dev/null)
DRIVER = $(shell command -v chromedriver 2>/dev/null)
NPM = $(shell command -v npm 2>/dev/null)
DEBIAN_ROOT = $(shell test "$$(id -u)" = 0 && grep -q '^ID=debian' /etc/os-release 2>/dev/null && echo yes)
NO_BROWSER = Chrome or Chromium and its chromedriver are missing: apt install chromium chromium-driver

.PHONY: help install demo test soak check check-format check-lint check-types check-imports check-assets format lock clean \
	browser dev
.DEFAULT_GOAL := help

help:
	@echo 'make demo      install, load the demo workspace, open the doors; Ctrl-C stops everything'
	@echo 'make install   install into $(VENV); then $(BIN)/dashboard --help'
	@echo 'make test      every test, the browser'"'"'s too (ARGS="-k name" for some)'
	@echo 'make soak      a thousand ledgers that change, and 1,500 listeners to live prices for ten minutes'
	@echo 'make check     formatting, lint, types, import contracts, assets'
	@echo 'make format    rewrite Python and assets in the house format'
	@echo 'make lock      resolve requirements/*.lock again'
	@echo 'make clean     remove what was installed and built; data in .dashboard stays'

install: $(RUNTIME)

demo: $(RUNTIME)
	@exec $(BIN)/dashboard demo

dev: $(DEV)

test: browser $(DEV)
	@SE_OFFLINE=true $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

soak: $(DEV)
	@SOAK_LEDGERS=1000 $(BIN)/python -m pytest tests/unit/domain/test_ledger_state.py $(ARGS)
	@$(BIN)/python -m benchmarks.live --seconds $(SOAK_SECONDS)

check: check-format check-lint check-types check-imports check-assets

check-format: $(DEV)
	@$(BIN)/python -m black --check .
	@$(BIN)/python -m isort --check-only .

check-lint: $(DEV)
	@$(BIN)/python -m ruff check .

check-types: $(DEV)
	@$(BIN)/python -m mypy

check-imports: $(DEV)
	@$(BIN)/lint-imports --no-logo

check-assets: $(NODE)
	@node_modules/.bin/prettier --check --log-level warn .
	@node_modules/.bin/eslint .

format: $(DEV) $(NODE)
	@$(BIN)/python -m isort --quiet .
	@$(BIN)/python -m black --quiet .
	@node_modules/.bin/prettier --write --log-level warn .

# One resolution serves every Python from 3.11.0 on; the development lock keeps the versions of the runtime lock.
RESOLVE = $(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-config --python-version 3.11
PRODUCT = pyproject.toml requirements/build.in --extra embedded
lock: $(RUNTIME)
	$(RESOLVE) requirements/installer.in -o requirements/installer.lock $(ARGS)
	$(RESOLVE) $(PRODUCT) -o requirements/runtime.lock $(ARGS)
	$(RESOLVE) $(PRODUCT) --extra dev --constraints requirements/runtime.lock \
		--overrides requirements/overrides.txt -o requirements/dev.lock $(ARGS)

clean:
	rm -rf $(VENV) node_modules build test-results *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

# An environment that was half made, or whose Python went away, is made again.
$(BIN)/python:
	@$(if $(INTERPRETER),,$(error $(strip $(NO_PYTHON))))$(INTERPRETER) -m venv --clear $(VENV) || { rm -rf $(VENV); exit 2; }

$(RUNTIME): $(BIN)/python
	@echo 'Installing into $(VENV); the first time takes a minute or two.'
	@requirements/install $(BIN)/python requirements/runtime.lock
	@rm -f $(VENV)/.runtime-* && touch $@

$(DEV): $(BIN)/python
	@echo 'Installing into $(VENV), with the test tools; the first time takes some minutes.'
	@requirements/install $(BIN)/python requirements/dev.lock
	@rm -f $(VENV)/.runtime-* $(VENV)/.dev-* && touch $(RUNTIME) $@

$(NODE): package.json
	@$(if $(NPM),,$(error Node 20.19 or newer and its npm are missing (only make check needs them)))\
	npm ci --silent --no-fund --no-audit
	@touch $@

# Tests in a browser take the one of the system and its driver, and download nothing.
browser:
	@$(if $(and $(BROWSER),$(DRIVER)),:,$(if $(DEBIAN_ROOT),\
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
		chromium chromium-driver >/dev/null,$(error $(NO_BROWSER))))
