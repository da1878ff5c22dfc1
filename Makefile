# The commands of this project. A fresh machine needs a Swift toolchain; `make demo` and `make test` do the rest.

SWIFT ?= swift
# The program carries what Swift needs to run, so that it can be copied; on macOS the system has that. (lld, because
# gold warns of a function in Foundation that nothing calls.)
PORTABLE = $(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib -Xswiftc -use-ld=lld -Xlinker -s)
BUILD = $(SWIFT) build --configuration release $(PORTABLE)
PREFIX ?= /usr/local
DEMO = demo-output

.PHONY: demo test build install packages lint format docs manual completions results report-check torture fuzz clean

## Build rbqe, enhance the test images, show what it decided and write a report.
demo: build
	rm -rf $(DEMO)
	mkdir $(DEMO)
	.build/release/rbqe doctor
	.build/release/rbqe enhance testimages -o $(DEMO)/images --records $(DEMO)/records.jsonl \
	  --report $(DEMO)/report.html -v
	.build/release/rbqe assess testimages
	@echo "Results, records and report.html: $(DEMO)/"

## Run all tests, optimised. In a folder of their own, since what is linked otherwise would be compiled anew each time.
test: packages
	$(SWIFT) test --configuration release --scratch-path .build/tests

build: packages
	$(BUILD) --product rbqe

## Copy the program to PREFIX/bin.
install: build
	install -d $(PREFIX)/bin
	install .build/release/rbqe $(PREFIX)/bin/rbqe

## Install the Debian packages that are missing.
packages:
	@Scripts/install-packages

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

format:
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

## Documentation of the library, as a static site.
docs:
	$(SWIFT) package --allow-writing-to-directory .build/docs generate-documentation --target RBQE \
	  --transform-for-static-hosting --output-path .build/docs

manual:
	mkdir -p .build/manual
	$(SWIFT) package --allow-writing-to-directory .build/manual generate-manual --multi-page \
	  --output-directory .build/manual

completions: build
	mkdir -p .build/completions
	.build/release/rbqe --generate-completion-script bash >.build/completions/rbqe.bash
	.build/release/rbqe --generate-completion-script zsh >.build/completions/_rbqe
	.build/release/rbqe --generate-completion-script fish >.build/completions/rbqe.fish

## Kill batches at random moments and see that nothing is lost.
torture: build
	Scripts/torture

## Measure the test sets in the folder DATA, and write docs/results.md.
results: build
	Scripts/make-results $(DATA)

## Make a report, and use it in headless Chromium as a person would.
report-check: build
	rm -rf $(DEMO)
	mkdir $(DEMO)
	.build/release/rbqe enhance testimages/jpeg -o $(DEMO)/images --format png --report $(DEMO)/report.html
	Scripts/check_report.py $(DEMO)/report.html --screenshots $(DEMO)/screenshots

## Fuzz the decoders, the way from file to file and the work on coefficients, SECONDS each.
SECONDS ?= 60
fuzz: packages
	Scripts/fuzz $(SECONDS)

clean:
	rm -rf .build $(DEMO)
