# The two commands of the README are `make demo` and `make test`; each does its own set-up.
SHELL := /bin/bash
JOBS ?= $(shell nproc)

.PHONY: setup build dev demo test test-slow asan tsan fuzz bench lint format docs clean

setup:
	@scripts/setup

build: setup
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS)

demo: build
	@scripts/demo

dev: setup
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS)

test: dev
	@ctest --test-dir build/dev --output-on-failure -LE slow -j $(JOBS)

test-slow: dev
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

format:
	@git ls-files '*.h' '*.cpp' | xargs clang-format-14 -i

docs: build
	@build/release/apps/galen docs > docs/cli.md.tmp && mv docs/cli.md.tmp docs/cli.md
	@build/release/apps/galen man --all build/man

clean:
	rm -rf build demo-out
