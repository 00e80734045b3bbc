# One word each. `make run` and `make test` work on a fresh machine.

PORT ?= 8000
PYTHON_HERE = .venv/bin/python
MANAGE = DEMONSTRATION=1 $(PYTHON_HERE) manage.py
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.PHONY: help setup run test lint bench faults fuzz attack lock dev

help:  ## this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

setup:  ## prepare this folder: .venv, libraries, translations
	@bin/setup

run: setup  ## start a demonstration on http://127.0.0.1:8000/ (PORT=8001 for another port)
	@DEMONSTRATION=1 PORT=$(PORT) exec $(PYTHON_HERE) manage.py up --prepare

test:  ## run every test (ARGS="tests/config -k worker" for some)
	@bin/test $(ARGS)

lint: dev  ## ruff, mypy, Django's own checks, as .ci/run does
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	$(MANAGE) check
	$(MANAGE) makemigrations --check --dry-run
	bin/check-production
	bin/check-packages

bench: dev  ## measure speed and memory (ONLY=page,sign for some)
	@ONLY="$(ONLY)" $(PYTHON_HERE) -m benchmarks

faults: dev  ## kill, wipe and crash everything while mail goes out, 5 minutes a combination (FAULTS=long for 20)
	@FAULTS=$(FAULTS) bin/test tests/faults -m faults -n 0 $(ARGS)

fuzz: dev  ## try inputs nobody thought of on every public form, for 10 minutes (FUZZ=60 for one, FUZZ_SEED=7 for others)
	@FUZZ=$(or $(FUZZ),600) FUZZ_SEED=$(or $(FUZZ_SEED),20261121) bin/test tests/fuzz -n 0 $(ARGS)

attack: dev  ## try what an attacker would against a site of its own (ONLY=race,link; WRITE=1 for docs/attack-log.md)
	@ONLY="$(ONLY)" WRITE="$(WRITE)" $(PYTHON_HERE) -m tests.attacks

lock: dev  ## pin every package by its hash (UPGRADE=1 for newer ones)
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt

dev:
	@bin/setup dev
