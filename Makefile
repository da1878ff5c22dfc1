# The commands of this project. A fresh machine needs a Swift toolchain; `make demo` and `make test` do the rest.

SWIFT ?= swift
BUILD = $(SWIFT) build --configuration release
TESTIMAGES = testimages/jpeg
DEMO = demo-output

.PHONY: demo test build packages lint format docs manual completions fuzz clean

## Build rbqe, enhance the test images and show what it decided.
demo: build
	rm -rf $(DEMO)
	.build/release/rbqe doctor
	.build/release/rbqe enhance $(TESTIMAGES) -o $(DEMO) --format png --records $(DEMO).jsonl -v
	@echo "Results: $(DEMO)/   Records: $(DEMO).jsonl"

## Run all tests, optimised.
test: packages
	$(SWIFT) test --configuration release

build: packages
	$(BUILD) --product rbqe

## Install the Debian packages that are missing.
packages:
	@Scripts/install-packages

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

format:
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

clean:
	rm -rf .build $(DEMO) $(DEMO).jsonl
