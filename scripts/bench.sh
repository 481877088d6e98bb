#!/usr/bin/env bash
# Measures what a scrape and a snapshot cost on this machine, and says which machine that is.
#
# SCRAPES and TICKS set how much is measured; NODE_EXPORTER_BIN and PROMETHEUS_BIN name other programs to measure with.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

have prometheus || [ -n "${PROMETHEUS_BIN:-}" ] || scripts/fetch-deb.sh prometheus
have prometheus-node-exporter || [ -n "${NODE_EXPORTER_BIN:-}" ] || scripts/fetch-deb.sh prometheus-node-exporter

say "$(date -u +%F), $(nproc) × $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), load $(cut -d ' ' -f 1-3 /proc/loadavg)"
say ''
say '## A scrape'
node scripts/bench-exporter.mjs "${SCRAPES:-2000}"
say ''
say '## A scrape with 200 interfaces'
SCRAPES=200 scripts/bench-interfaces.sh
say ''
say '## A scrape of many mounts and processes'
node scripts/bench-scale.mjs
say ''
say '## A snapshot'
node scripts/bench-snapshot.mjs "${TICKS:-24}"
say ''
say '## A scrape of eight GPUs'
cargo build --quiet --release --locked -p nvml-fake
node scripts/bench-gpu.mjs
say ''
say '## An answer of /prometheus'
if have wrk && have nginx; then
  cargo build --quiet --release --locked -p sightline-gateway --example bare_cache
  release=${CARGO_TARGET_DIR:-target}/release
  GATEWAY_BIN=$release/sightline-gateway BARE_BIN=$release/examples/bare_cache scripts/bench-proxy.sh
else
  say 'wrk and nginx are needed to compare with. Run: sudo apt-get install -y --no-install-recommends wrk nginx-light'
fi
