#!/usr/bin/env bash
# Runs every test that there is, the cheap ones first, and says at the end what passed. It stops at the first failure;
# KEEP_GOING=1 runs the rest, too.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

CHROMIUM_BIN=${CHROMIUM_BIN:-$(command -v chromium)}
export CHROMIUM_BIN

results=()
failed=0
# What a failed step said stands with the results, too, because a log of this length is read from its end and is often
# cut: the lines that name a failure right under the step, and what it said last below them all.
NAMING='(^|[[:space:]])(FAIL|FAILED|×|✗|[A-Za-z]*Error:|error(\[E[0-9]+\])?:|panicked at|not ok)'
NAMING_LINES=12
LAST_LINES=40
COLOURS=$'s/\x1b\\[[0-9;]*m//g'
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT

# step NAME COMMAND…
step() { try 1 "$@"; }

# The same for real programs on a real clock, on a machine that may be busy with other things: they get a second chance, and
# the results say who needed it.
live_step() { try 2 "$@"; }

# try TIMES NAME COMMAND…
try() {
  local times=$1 name=$2 began=$SECONDS attempt
  shift 2
  if ((failed)) && [ -z "${KEEP_GOING:-}" ]; then
    results+=("not run  $name")
    return
  fi
  printf '\n\033[1m── %s\033[0m\n' "$name"
  for ((attempt = 1; attempt <= times; attempt++)); do
    if "$@" 2>&1 | tee "$said/now"; then
      results+=("$(printf 'passed   %-58s %4d s%s' "$name" $((SECONDS - began)) "$( ((attempt == 1)) || printf '   (at try %d)' "$attempt")")")
      return
    fi
    results+=("$(printf 'FAILED   %-58s %4d s   (%s)' "$name" $((SECONDS - began)) "$*")")
    results+=("$(sed "$COLOURS" "$said/now" | grep -E "$NAMING" | head -n "$NAMING_LINES" | cut -c1-240 | sed 's/^ */           | /' || true)")
    { printf '\n── %s: what it said last\n' "$name" && sed "$COLOURS" "$said/now" | tail -n "$LAST_LINES"; } >>"$said/failures"
  done
  failed=1
}

built=${CARGO_TARGET_DIR:-$root/target}/debug
npm=(npm --prefix frontend --silent run)

step 'scripts: shellcheck' shellcheck scripts/*.sh .ci/run
step 'Rust: formatting' cargo fmt --all --check
step 'Prometheus: configuration, rules and their unit tests' scripts/check-prometheus.sh
step 'containers: docker-compose.yml' scripts/check-compose.sh
live_step 'frontend: dependencies' make --no-print-directory frontend/node_modules/.package-lock.json
step 'frontend: formatting' "${npm[@]}" format:check
step 'scripts and dashboards: formatting' frontend/node_modules/.bin/prettier --check --log-level warn 'scripts/**/*.mjs' 'grafana/*.{mjs,ts}'
live_step 'Grafana: dependencies' make --no-print-directory grafana/node_modules/.package-lock.json
step 'Grafana: types' npm --prefix grafana --silent run typecheck
step 'Grafana: dashboards are fresh and well formed' npm --prefix grafana --silent test
step 'frontend: lint' "${npm[@]}" lint
step 'frontend: types' "${npm[@]}" typecheck
step 'frontend: types are those of gateway/openapi.json' "${npm[@]}" api:check
step 'frontend: unit tests' "${npm[@]}" test
step 'frontend: build' make --no-print-directory frontend/dist/index.html
step 'Rust: clippy' cargo clippy --workspace --all-targets --locked -- -D warnings
live_step 'Rust: tests' env RUST_BACKTRACE=0 cargo test --workspace --locked --no-fail-fast
step 'Rust: binaries for the tests that follow' cargo build --workspace --locked
live_step 'the simulated fleet: tells what the exporter tells' node scripts/test-sim.mjs
live_step 'make run: comes up, keeps history, ends clean' scripts/test-run.sh
live_step 'make demo: a fleet with a past, ends clean' scripts/test-demo.sh
live_step 'chaos: the stack stays right when it is treated badly' node scripts/chaos.mjs 0 1
live_step 'frontend: pages in a browser' "${npm[@]}" test:browser
live_step 'Grafana: every expression answers on a live Prometheus' npm --prefix grafana --silent run check-live
live_step 'the real stack in a browser' env SIGHTLINE_EXPORTER_BIN="$built/sightline-exporter" \
  SIGHTLINE_GATEWAY_BIN="$built/sightline-gateway" SIGHTLINE_SIM_BIN="$built/sightline-sim" "${npm[@]}" test:stack

printf '\n\033[1mResults\033[0m\n'
printf '  %s\n' "${results[@]}"
if [ -s "$said/failures" ]; then cat "$said/failures"; fi
exit "$failed"
