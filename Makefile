# Everything that people and CI run. `make help` lists the targets; each does what its line says and no more.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

GO        ?= go
VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
TESTFLAGS ?=
FUZZTIME  ?= 5s
BENCHTIME ?= 200ms
BENCH     ?= .

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

##@ use

.PHONY: setup
setup: ## install what any target needs and is missing (with apt, as root; otherwise print the command), download modules
	@scripts/setup.sh
	@scripts/setup-hdl.sh
	@scripts/setup-trace.sh

.PHONY: build
build: ## build bin/sluice
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/sluice ./cmd/sluice

.PHONY: demo
demo: ## build with what is needed for that, verify real Bitcoin and Ethereum blocks and print one table
	@scripts/setup.sh build
	@$(MAKE) --no-print-directory build
	@scripts/demo.sh

##@ test

.PHONY: test
test: ## go test ./... (with the vectors of ../shared/vectors or $SLUICE_VECTORS where they are)
	$(GO) test $(TESTFLAGS) ./...

.PHONY: race
race: ## the tests under the race detector, without the slow ones (-short)
	CGO_ENABLED=1 $(GO) test -race -short $(TESTFLAGS) ./...

.PHONY: purego
purego: ## the tests without assembly (-tags purego)
	$(GO) test -tags purego -short $(TESTFLAGS) ./...

.PHONY: fuzz-smoke
fuzz-smoke: ## every fuzz target for $FUZZTIME (5s)
	@FUZZTIME=$(FUZZTIME) scripts/fuzz-smoke.sh

SOAK ?= 10000000
.PHONY: soak
soak: ## $SOAK (10 million) random jobs of each kernel whose paths differ, every path against the reference; hours, not for CI
	SLUICE_SOAK=$(SOAK) $(GO) test -run '^TestSoak' -count=1 -timeout 0 -v ./kernels/...

.PHONY: bench
bench: ## benchmarks of kernels and engine that match $BENCH (all), $BENCHTIME (200ms) each
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) ./kernels/... ./engine/...

PEERFLAGS ?= -threads 2 -out build/bench-peers
.PHONY: bench-peers
bench-peers: ## our kernels beside other libraries, in turns (flags of sluice bench in $PEERFLAGS); with apt, as root, for C libraries
	@scripts/bench-peers.sh $(PEERFLAGS)

.PHONY: report
report: ## bench/REPORT.md and bench/report.html from bench/results/*.json
	@ls bench/results/*.json >/dev/null 2>&1 || { echo "report: no results: copy result.json of make bench-peers to bench/results/" >&2; exit 1; }
	$(GO) run ./bench/report -out bench bench/results/*.json

##@ check

.PHONY: check
check: lint lint-hdl cross gen-check race purego ## all that CI runs beside the tests: lint of Go and RTL, cross builds, gen-check, race, purego

.PHONY: lint
lint: ## gofmt, go vet, staticcheck, go.mod tidy and verified, the import table
	@files=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
	  if [ -n "$$files" ]; then echo "not gofmt'ed (run: gofmt -w FILE):"; echo "$$files"; exit 1; fi
	$(GO) vet ./...
	cd kernels/_asm && $(GO) vet ./... && $(GO) mod tidy -diff
	cd bench/peers && $(GO) list -deps . >/dev/null # go.mod has all that it needs
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff
	$(GO) mod verify
	$(GO) test -run '^TestImports' .

.PHONY: cross
cross: ## build for arm64, and without cgo
	GOARCH=arm64 $(GO) build ./...
	CGO_ENABLED=0 $(GO) build ./...

.PHONY: gen
gen: ## write the generated files again (their names begin with z)
	@scripts/gen.sh

.PHONY: gen-check
gen-check: ## fail if a generated file is not what its generator writes
	@scripts/gen-check.sh

##@ chip

.PHONY: sim
sim: ## build/sim/sluice-sim, the chip behind vfio-user; installs what it needs (scripts/setup-hdl.sh)
	@scripts/sim.sh fast

.PHONY: waves
waves: ## sluice-sim-trace beside it, for waves (sluice-sim --trace FILE.fst), and sluice-sim-debug with assertions
	@scripts/sim.sh trace debug

.PHONY: test-sim
test-sim: ## tests of the simulator: its C++ with sanitizers, then over its socket, and again with assertions in the RTL
	@scripts/sim.sh unit fast trace debug
	SLUICE_REQUIRE_SIM=1 $(GO) test -count=1 $(TESTFLAGS) ./sim
	SLUICE_REQUIRE_SIM=1 SLUICE_SIM=$(CURDIR)/build/sim/sluice-sim-debug $(GO) test -count=1 -short $(TESTFLAGS) ./sim

.PHONY: test-trace
test-trace: ## the Wireshark dissector of bus traces, with tshark; installs it with apt, as root
	@scripts/setup-trace.sh
	SLUICE_REQUIRE_SIM=1 $(GO) test -count=1 $(TESTFLAGS) ./driver/trace

.PHONY: lint-hdl
lint-hdl: ## verilator --lint-only -Wall of hdl/rtl (scripts/setup-hdl.sh installs the tools)
	@$(MAKE) --no-print-directory -C hdl lint

.PHONY: test-hdl
test-hdl: ## unit benches of hdl/rtl under Verilator, with $SEED (1)
	@$(MAKE) --no-print-directory -C hdl test

.PHONY: formal
formal: ## bounded proofs of FIFO, skid buffer, queue pointers and adders with yosys-smtbmc and z3
	@$(MAKE) --no-print-directory -C hdl formal

.PHONY: approx
approx: ## share of wrong hashes and missed hits of inexact adders, and their area, into hdl/doc/results (minutes)
	@$(MAKE) --no-print-directory -C hdl approx

.PHONY: area
area: ## LUT, FF, DSP, BRAM and gates of every module of hdl/rtl by Yosys (minutes); table, build/hdl/area.json and .md
	@$(MAKE) --no-print-directory -C hdl area
