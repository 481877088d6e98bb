#!/usr/bin/env bash
# Feeds every parser arbitrary bytes for a fixed short time: FUZZ_SECONDS (60) for each target in exporter/fuzz. What breaks one
# is left in exporter/fuzz/artifacts/ and should become a test.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

if ! have cargo-fuzz || ! cargo +nightly --version >/dev/null 2>&1; then
  fail "fuzzing needs cargo-fuzz and a nightly Rust. Run: cargo install --locked cargo-fuzz && rustup toolchain install nightly"
fi
for target in $(cargo +nightly fuzz list --fuzz-dir exporter/fuzz); do
  say "── $target"
  cargo +nightly fuzz run --fuzz-dir exporter/fuzz "$target" -- -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=1024
done
