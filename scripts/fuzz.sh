#!/usr/bin/env bash
# Feeds every parser of the exporter arbitrary bytes, each for a fixed short time: FUZZ_SECONDS (10). The targets in exporter/fuzz
# take turns, as many at once as there are cores; `collector` is run for each collector that has a recorded machine or asks over
# netlink. What breaks one is left in exporter/fuzz/artifacts/ and should become a test. Names as arguments run only those.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

have cargo-fuzz || fail "fuzzing needs cargo-fuzz. Run: cargo install --locked cargo-fuzz"

fuzz=exporter/fuzz
triple=$(rustc -vV | sed -n 's/^host: //p')

# Coverage needs unstable flags of the compiler, which the stable one takes when it is told that it may; the address sanitizer is
# left out, since our code has next to nothing that it could find.
export RUSTC_BOOTSTRAP=1
cargo fuzz build --fuzz-dir $fuzz --sanitizer none

# The recorded machines are written anew with each input: where the system offers it, to memory.
[ -w /dev/shm ] && export TMPDIR=/dev/shm

# `textfile`, or `collector mdadm`: the target and the collector.
run() {
  local name="${2:-$1}" folder="$fuzz/corpus/$1${2:+/$2}" artifacts="$fuzz/artifacts/$1${2:+/$2}"
  mkdir -p "$folder" "$artifacts"
  local log="$artifacts/log"
  if COLLECTOR="${2:-}" SEEDS="$PWD/$folder" "$fuzz/target/$triple/release/$1" "$PWD/$folder" -artifact_prefix="$PWD/$artifacts/" \
    -max_total_time="${FUZZ_SECONDS:-10}" -timeout=10 -rss_limit_mb=1024 -use_value_profile=1 >"$log" 2>&1; then
    printf '%-18s %s\n' "$name" "$(grep -E '^#[0-9]+\s+DONE' "$log" | tr -s ' \t' ' ')"
  else
    printf '%s broke:\n' "$name"
    tail -n 30 "$log"
    return 1
  fi
}
export -f run
export fuzz triple

mapfile -t collectors < <(grep -hoP '^--collector\.\K[a-z_]+$' exporter/tests/trees/*.tree $fuzz/netlink.tree | sort -u)
targets=$(cargo fuzz list --fuzz-dir $fuzz | grep -vx collector; printf 'collector %s\n' "${collectors[@]}")
if [ $# -gt 0 ]; then
  targets=$(grep -E "( |^)($(IFS='|'; echo "$*"))\$" <<<"$targets") || fail "nothing to fuzz is named $*"
fi
say "── ${FUZZ_SECONDS:-10} s each: $(wc -l <<<"$targets") parsers"
xargs -P "$(nproc)" -I{} bash -c 'run {}' <<<"$targets"
