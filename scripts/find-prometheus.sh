#!/usr/bin/env bash
# Prints the path of a Prometheus: PROMETHEUS_BIN, or the one on PATH, or the distribution's, fetched into .tools/.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

if [ -n "${PROMETHEUS_BIN:-}" ]; then
  [ -x "$PROMETHEUS_BIN" ] || fail "PROMETHEUS_BIN=$PROMETHEUS_BIN is not an executable file. Name Prometheus' binary, or unset it."
  say "$PROMETHEUS_BIN"
  exit
fi
if ! have prometheus; then
  "$root/scripts/fetch-deb.sh" prometheus >&2 ||
    fail "there is no Prometheus. Get one from https://prometheus.io/download/ and set PROMETHEUS_BIN to its path."
fi
command -v prometheus
