#!/usr/bin/env bash
# Shows Sightline with a fleet that is not there: simulator, Prometheus with a day of history, gateway. Ctrl-C ends all three.
#
# SERVERS (200), HISTORY (seconds) and SEED (1) say what is played; SIMULATOR_ADDR, PROMETHEUS_ADDR and GATEWAY_ADDR
# (host:port, hosts as numbers) move the programs; PROMETHEUS_BIN names another Prometheus. Everything that it writes is in a
# temporary folder that goes with it.
#
# Up to 1,000 servers are scraped, each with everything that the exporter has, every 5 s (15 s from 301 on). To scrape more and to
# sum them up with the recording rules takes more than a laptop, so they are pushed: the series that the fleet page reads, the
# rules' own among them. Pages of single servers have little to show then.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

servers=${SERVERS:-200}
[[ $servers =~ ^[1-9][0-9]{0,4}$ ]] || fail "SERVERS=$servers is not a number of servers from 1 to 99999."
interval=5
if ((servers > 300)); then interval=15; fi
is_pushed=''
if ((servers > 1000)); then is_pushed=1; fi
history=${HISTORY:-$((servers > 1000 ? 900 : 86400))}
seed=${SEED:-1}
simulator_addr=${SIMULATOR_ADDR:-127.0.0.1:9200}
prometheus_addr=${PROMETHEUS_ADDR:-127.0.0.1:9091}
gateway_addr=${GATEWAY_ADDR:-127.0.0.1:8001}
patience=120 # seconds
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

  local fleet=("$built/sightline-sim" --servers="$servers" --seed="$seed")
  local receiver=http://$prometheus_addr/api/v1/write
  # Without targets and rules at first: their samples of now would make the past too old to take.
  printf 'global: {scrape_interval: %ss}\n' "$interval" >"$room/prometheus.yml"
  start prometheus "$prometheus" --config.file="$room/prometheus.yml" --web.listen-address="$prometheus_addr" \
    --storage.tsdb.path="$room/prometheus" --web.enable-remote-write-receiver
  await 'Prometheus' "$prometheus_addr" /-/ready '^200'
  if ((history > 0)); then
    say "Writing $((history / 60)) minutes of history for $servers servers …"
    "${fleet[@]}" ${is_pushed:+--families=snapshot} --history="$history" --interval="$interval" --remote-write="$receiver"
  fi
  start simulator "${fleet[@]}" --listen="$simulator_addr" ${is_pushed:+--remote-write="$receiver"}
  await 'the simulator' "$simulator_addr" /-/healthy '^200'
  configure
  kill -HUP "${pids[0]}"
  # The older part of the past has a sample a minute, and a rate needs two.
  SIGHTLINE_LISTEN=$gateway_addr SIGHTLINE_PROMETHEUS_URL=http://$prometheus_addr SIGHTLINE_SNAPSHOT_RATE_WINDOW=2m \
    start gateway "$built/sightline-gateway"
  await 'a snapshot' "$gateway_addr" /api/health '^200.*"servers":[1-9]'
  printf '\n  Sightline     http://%s   (%s servers that are not there)\n  Prometheus    http://%s\n  simulator     http://%s/targets\n\n  Ctrl-C ends all three.\n' \
    "$gateway_addr" "$servers" "$prometheus_addr" "$simulator_addr"
  trap 'exit 0' INT # from here on Ctrl-C is how this is meant to end
  wait -n "${pids[@]}" || true
  say "error: one of the three programs ended, so the others end, too: $(tail -n 3 "$room"/*.log)" >&2
  return 1
}

# The rules look back over six scrapes.
configure() {
  mkdir "$room/rules"
  cp "$root"/prometheus/rules/{alerts,gpu}.yml "$room/rules/"
  local name
  for name in recording sums; do
    sed -e "s/interval: 5s/interval: ${interval}s/" -e "s/\\[30s\\]/[$((6 * interval))s]/g" \
      "$root/prometheus/rules/$name.yml" >"$room/rules/$name.yml"
  done
  if [ -n "$is_pushed" ]; then
    rm "$room/rules/recording.yml" # its series are pushed
    printf 'global: {evaluation_interval: 1m}\nrule_files: [rules/*.yml]\n' >"$room/prometheus.yml"
    return
  fi
  cat >"$room/prometheus.yml" <<YAML
global: {scrape_interval: ${interval}s, scrape_timeout: 4s, evaluation_interval: ${interval}s}
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: node
    http_sd_configs: [{url: "http://$simulator_addr/targets", refresh_interval: 5s}]
  - job_name: gateway
    static_configs: [{targets: ["$gateway_addr"]}]
YAML
}

# Ctrl-C in a terminal reaches this script alone; the kernel ends a child whose script was killed.
start() {
  local name=$1
  shift
  setsid setpriv --pdeathsig TERM "$@" >"$room/$name.log" 2>&1 &
  pids+=($!)
}

# await WHAT ADDRESS PATH PATTERN: until the answer (status and body) matches.
await() {
  local began=$SECONDS answer='' pid
  while ((SECONDS - began < patience)); do
    for pid in "${pids[@]}"; do
      kill -0 "$pid" 2>/dev/null || fail "a program ended early: $(tail -n 5 "$room"/*.log)"
    done
    answer=$(http_get "${2%:*}" "${2##*:}" "$3")
    if [[ $answer =~ $4 ]]; then return; fi
    sleep 0.5
  done
  fail "there was no $1 within $patience s. http://$2$3 says: $answer"
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
