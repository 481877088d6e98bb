# What a person types. A target with `##` is one line of `make help`; the work itself is in scripts/.

export PATH := $(CURDIR)/.tools/rust/bin:$(CURDIR)/.tools/node/bin:$(PATH):$(CURDIR)/.tools/bin

# Everything the UI is made of. Its build is skipped while nothing of this is newer than the last one.
UI_SOURCES := $(shell find frontend -type d \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help run demo build build-demo test e2e check bench bench-live bench-ui screenshots deb fuzz api dashboards toolchains test-tools

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build what changed, start exporter, Prometheus and gateway, print the URL (Ctrl-C ends all)
	@exec scripts/run.sh

demo: ## 200 simulated servers with a day of history in Prometheus and gateway (SERVERS=…; Ctrl-C ends all)
	@exec scripts/demo.sh

build: toolchains frontend/dist/index.html ## release binaries with the UI inside, in target/release
	cargo build --release --locked -p sightline-exporter # by itself, or it gets features that only the gateway asks for
	cargo build --release --locked -p sightline-gateway

build-demo: build
	cargo build --release --locked -p sightline-sim

test: toolchains test-tools ## everything that .ci/run checks: Rust, TypeScript, rules, dashboards, browser, real stack
	@exec scripts/test.sh

e2e: toolchains test-tools build-demo ## the browser against the real stack only
	npm --prefix frontend run test:stack

check: toolchains frontend/node_modules/.package-lock.json ## lints, and the dependencies: licences, advisories, unused ones
	@exec scripts/check.sh

bench: toolchains build ## what a scrape and a snapshot cost, beside node_exporter (docs/benchmarks.md)
	@exec scripts/bench.sh

bench-live: toolchains build ## what thousands of live connections cost the gateway (ARGS="--connections=2000 --case=one")
	cargo build --release --locked -p sightline-bench-live
	target/release/sightline-bench-live $(ARGS)

bench-ui: toolchains build-demo frontend/node_modules/.package-lock.json ## what the fleet page costs a browser, a dozen charts, and the page with a simulated fleet behind it (SERVERS=1000)
	npm --prefix frontend run bench
	node scripts/bench-ui.mjs $(SERVERS)

screenshots: toolchains test-tools build-demo ## the pictures in docs/screenshots, of a simulated fleet
	npm --prefix frontend run screenshots

deb: toolchains build ## Debian package of the exporter, in target/debian (needs cargo-deb)
	cargo deb --no-build --no-strip -p sightline-exporter

fuzz: toolchains ## arbitrary bytes into every parser, FUZZ_SECONDS (10) for each
	@exec scripts/fuzz.sh

api: toolchains frontend/node_modules/.package-lock.json ## regenerate gateway/openapi.json and the frontend's types from the handlers
	@exec scripts/api.sh

dashboards: toolchains grafana/node_modules/.package-lock.json ## regenerate grafana/dashboards from the lines in grafana/*.ts
	npm --prefix grafana run generate

toolchains:
	@scripts/install-toolchains.sh

test-tools:
	@scripts/install-test-tools.sh

frontend/node_modules/.package-lock.json: frontend/package.json frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

grafana/node_modules/.package-lock.json: grafana/package.json grafana/package-lock.json
	cd grafana && npm ci --no-audit --no-fund
	@touch $@

frontend/dist/index.html: $(UI_SOURCES) frontend/node_modules/.package-lock.json
	cd frontend && npm run build
	@touch $@
