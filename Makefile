# The two commands of the README are `make demo` and `make test`; each does its own set-up.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
# The Python of the tests; the rest of the tree needs none.
DEPS := $(or $(GALEN_DEPS_DIR),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/galen/deps)
export GALEN_TEST_PYTHON ?= $(DEPS)/test-venv/bin/python

.PHONY: setup setup-train setup-test build train dev demo test test-slow asan tsan fuzz bench lint lint-train format docs clean

setup:
	@scripts/setup

setup-train:
	@scripts/setup --train

build: setup
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS)

setup-test:
	@scripts/setup --train --test

# galen and galen-train.
train: setup-train
	@cmake --preset train >/dev/null
	@cmake --build --preset train -j $(JOBS)

demo: build
	@scripts/demo

dev: setup-train
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS)

test: setup-test dev
	@ctest --test-dir build/dev --output-on-failure -LE slow -j $(JOBS)

test-slow: setup-test dev
	@ctest --test-dir build/dev --output-on-failure -L slow

asan tsan: setup
	@cmake --preset $@ >/dev/null
	@cmake --build --preset $@ -j $(JOBS)
	@ctest --test-dir build/$@ --output-on-failure -LE slow

fuzz: setup
	@scripts/fuzz 60

bench: build
	@scripts/bench

lint: dev
	@scripts/lint

# The files that use torch, which take half a minute each.
lint-train: dev
	@python3 scripts/tidy.py --torch

format:
	@git ls-files '*.h' '*.cpp' | xargs clang-format-14 -i

docs: train
	@build/train/apps/galen docs > docs/cli.md.tmp && mv docs/cli.md.tmp docs/cli.md
	@build/train/apps/galen-train docs > docs/cli-train.md.tmp && mv docs/cli-train.md.tmp docs/cli-train.md
	@build/train/apps/galen man --all build/man
	@build/train/apps/galen-train man --all build/man

clean:
	rm -rf build demo-out
