#!/usr/bin/env bash
# Measures a scrape on a machine with many interfaces: as many veth devices as INTERFACES says (200), in a network namespace
# that ends with the measurement. Needs root.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

if [ "${1:-}" != --inside ]; then
  as_root true || { say 'SKIPPED: a network namespace with interfaces can be made by root only'; exit 0; }
  as_root env "PATH=$PATH" "NODE_EXPORTER_BIN=${NODE_EXPORTER_BIN:-prometheus-node-exporter}" "INTERFACES=${INTERFACES:-200}" \
    "SCRAPES=${SCRAPES:-200}" unshare --net --mount "scripts/$(basename "$0")" --inside
  exit
fi

mount -t sysfs sysfs /sys # which shows the namespace's own interfaces
ip link set lo up
for ((pair = 0; pair < INTERFACES / 2; pair++)); do
  printf 'link add left%d type veth peer name right%d\nlink set left%d up\nlink set right%d up\n' "$pair" "$pair" "$pair" "$pair"
done | ip -batch -
exec node scripts/bench-exporter.mjs "$SCRAPES"
