#!/usr/bin/env bash
# Feeds every parser arbitrary bytes for a fixed short time: FUZZ_SECONDS (60) for each target in exporter/fuzz. What breaks one
# is left in exporter/fuzz/artifacts/ and should become a test.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

have cargo-fuzz || fail "fuzzing needs cargo-fuzz. Run: cargo install --locked cargo-fuzz"

# Coverage needs unstable flags of the compiler, which the stable one takes when it is told that it may; the address sanitizer is
# left out, since our code has next to nothing that it could find.
export RUSTC_BOOTSTRAP=1
for target in $(cargo fuzz list --fuzz-dir exporter/fuzz); do
  say "── $target"
  cargo fuzz run --fuzz-dir exporter/fuzz --sanitizer none "$target" -- \
    -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=1024
done
