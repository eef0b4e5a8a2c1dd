# Every chore has one word. Everything is installed into .venv from the locked, hashed lists.
PYTHON ?= python3
BIN := .venv/bin
# The lists are whole, so pip looks for nothing else; compiling is left to all processors.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-compile

.PHONY: sbom help install install-dev demo test list-tests lint check-fast bench soak lock screenshot clean

help: ## what can be done here
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: .venv/.installed ## .venv with motcua in .venv/bin
install-dev: .venv/.installed-dev

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-build-isolation -e .
	$(BIN)/python -m pip --disable-pip-version-check --quiet check
	-@$(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: install ## the whole product on a sample district, in the browser
	$(BIN)/motcua demo

test: install-dev ## style, types, the import contract, and all tests
	sh scripts/ensure chromium faketime soffice:libreoffice-writer-nogui
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n logical --dist worksteal --durations 20

list-tests: ## what each file of tests is about
	@find tests -name 'test_*.py' | sort | xargs grep -m 1 '^"""' | sed 's/:"""/: /; s/"""$$//'

bench: install-dev ## speed, each figure beside a named reference of the same run
	$(BIN)/pytest -m bench -p no:xdist tests/bench -s

soak: install-dev ## the long forms: hundreds of kills, hours of messages
	$(BIN)/pytest -m soak -p no:xdist --timeout 7200 tests -s

screenshot: install-dev ## draw the pictures of the README and of docs/officer.md afresh
	sh scripts/ensure chromium soffice:libreoffice-writer-nogui localc:libreoffice-calc-nogui
	$(BIN)/python scripts/screenshots.py
	$(BIN)/python scripts/report_pictures.py

sbom: install-dev ## build/sbom.json, and the licences in docs/licences.md (needs the network)
	$(BIN)/python scripts/sbom.py

lock: ## pin versions and hashes afresh (needs the network)
	$(PYTHON) scripts/lock.py

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
