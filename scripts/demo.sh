#!/usr/bin/env bash
# Shows Sightline with a fleet that is not there: simulator, Prometheus with a quarter of an hour of history, gateway. Ctrl-C ends all three.
#
# SERVERS (200), HISTORY (seconds, 900) and SEED (1) say what is played; SIMULATOR_ADDR, PROMETHEUS_ADDR and GATEWAY_ADDR
# (host:port, hosts as numbers) move the programs; PROMETHEUS_BIN names another Prometheus. Everything that it writes is in a
# temporary folder that goes with it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

servers=${SERVERS:-200}
history=${HISTORY:-900}
seed=${SEED:-1}
simulator_addr=${SIMULATOR_ADDR:-127.0.0.1:9200}
prometheus_addr=${PROMETHEUS_ADDR:-127.0.0.1:9091}
gateway_addr=${GATEWAY_ADDR:-127.0.0.1:8001}
first_snapshot=120 # seconds
room=$(mktemp -d)
pids=()

main() {
  local prometheus built=${CARGO_TARGET_DIR:-$root/target}/release address
  trap stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  [[ $history =~ ^[0-9]+$ ]] || fail "HISTORY=$history is not a number of seconds, such as 3600 (0: none)."
  for address in "$simulator_addr" "$prometheus_addr" "$gateway_addr"; do
    [[ $address =~ ^[0-9.]+:[0-9]{1,5}$ ]] || fail "$address is not an address. Give it as host:port, such as 127.0.0.1:8001."
    [ "$(http_get "${address%:*}" "${address##*:}" /)" = 000 ] ||
      fail "$address is taken. Set SIMULATOR_ADDR, PROMETHEUS_ADDR or GATEWAY_ADDR to another host:port."
  done

  "$root/scripts/install-toolchains.sh"
  prometheus=$("$root/scripts/find-prometheus.sh")
  "${MAKE:-make}" -C "$root" --no-print-directory build-demo

  past "$built/sightline-sim" "$prometheus"
  configure
  start simulator "$built/sightline-sim" --listen="$simulator_addr" --servers="$servers" --seed="$seed"
  start prometheus "$prometheus" --config.file="$room/prometheus.yml" --web.listen-address="$prometheus_addr" \
    --storage.tsdb.path="$room/prometheus"
  SIGHTLINE_LISTEN=$gateway_addr SIGHTLINE_PROMETHEUS_URL=http://$prometheus_addr \
    start gateway "$built/sightline-gateway"
  await_snapshot
  printf '\n  Sightline     http://%s   (%s servers that are not there)\n  Prometheus    http://%s\n  simulator     http://%s/targets\n\n  Ctrl-C ends all three.\n' \
    "$gateway_addr" "$servers" "$prometheus_addr" "$simulator_addr"
  trap 'exit 0' INT # from here on Ctrl-C is how this is meant to end
  wait -n "${pids[@]}" || true
  say "error: one of the three programs ended, so the others end, too: $(tail -n 3 "$room"/*.log)" >&2
  return 1
}

# Blocks of what would have been scraped, so that charts begin full.
past() {
  local promtool
  [ "$history" -gt 0 ] || return 0
  promtool=$(dirname "$2")/promtool
  [ -x "$promtool" ] || { say 'There is no promtool beside Prometheus, so the demo begins without history.'; return; }
  say "Writing $history s of history for $servers servers …"
  "$1" --history="$history" --servers="$servers" --seed="$seed" >"$room/past.om"
  "$promtool" tsdb create-blocks-from openmetrics "$room/past.om" "$room/prometheus" >"$room/promtool.log"
  rm "$room/past.om"
}

configure() {
  ln -s "$root/prometheus/rules" "$room/rules"
  cat >"$room/prometheus.yml" <<YAML
global: {scrape_interval: 15s, scrape_timeout: 10s, evaluation_interval: 15s}
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: node
    http_sd_configs: [{url: "http://$simulator_addr/targets"}]
YAML
}

# Ctrl-C in a terminal reaches this script alone; the kernel ends a child whose script was killed.
start() {
  local name=$1
  shift
  setsid setpriv --pdeathsig TERM "$@" >"$room/$name.log" 2>&1 &
  pids+=($!)
}

await_snapshot() {
  local began=$SECONDS health='' pid
  while ((SECONDS - began < first_snapshot)); do
    for pid in "${pids[@]}"; do
      kill -0 "$pid" 2>/dev/null || fail "a program ended early: $(tail -n 5 "$room"/*.log)"
    done
    health=$(http_get "${gateway_addr%:*}" "${gateway_addr##*:}" /api/health)
    if [[ $health == 200* && $health =~ \"servers\":[1-9] ]]; then return; fi
    sleep 0.5
  done
  fail "there was no snapshot within $first_snapshot s. /api/health says: $health"
}

# Signals are ignored meanwhile: a second Ctrl-C must not leave half of them behind.
stop() {
  trap '' INT TERM HUP
  local index pid
  for ((index = ${#pids[@]} - 1; index >= 0; index--)); do
    pid=${pids[index]}
    kill -TERM "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$room"
}

main
