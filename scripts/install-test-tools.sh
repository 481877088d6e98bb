#!/usr/bin/env bash
# Makes sure that what the tests start is there: Prometheus and promtool, node_exporter and VictoriaMetrics to compare
# with, ShellCheck, and a Chromium that a package manager installed. Programs are unpacked under .tools/ (no service starts, nothing
# takes a port); Chromium needs the system's libraries, so it is installed where root can be had without asking.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# ensure PROGRAM PACKAGE
ensure() {
  have "$1" || "$root/scripts/fetch-deb.sh" "$2" || install "$1" "$2" || fail "$1 is missing. Run: sudo apt-get install -y $2"
}

install() {
  have apt-get || return
  say "Installing $2 …"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null && have "$1"
}

ensure promtool prometheus
ensure prometheus prometheus
ensure prometheus-node-exporter prometheus-node-exporter
ensure victoria-metrics victoria-metrics
ensure shellcheck shellcheck

if [ -z "${CHROMIUM_BIN:-}" ] && ! have chromium && ! install chromium chromium; then
  fail "the browser tests need Chromium. Run:
    sudo apt-get install -y --no-install-recommends chromium
  or, where that is only a snap (Ubuntu), install Google Chrome and set CHROMIUM_BIN to its path."
fi
