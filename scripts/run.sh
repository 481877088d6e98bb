#!/usr/bin/env bash
# Runs the whole stack on this machine: exporter, Prometheus, gateway. All three end when one of them ends or on Ctrl-C.
#
# EXPORTER_ADDR, PROMETHEUS_ADDR and GATEWAY_ADDR (host:port) move them; PROMETHEUS_BIN names another Prometheus. Prometheus'
# data, the children's logs and the generated configuration are in data/, which git ignores, or in the folder DATA_DIR.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

exporter_addr=${EXPORTER_ADDR:-127.0.0.1:9100}
prometheus_addr=${PROMETHEUS_ADDR:-127.0.0.1:9090}
gateway_addr=${GATEWAY_ADDR:-127.0.0.1:8000}

data=${DATA_DIR:-$root/data}
logs=$data/log
snapshot_deadline=120 # seconds; Prometheus reads its whole write-ahead log before it answers
declare -A pids=()

main() {
  local gateway_listen
  mkdir -p "$logs"
  take_folder
  check_addresses
  gateway_listen=$(numeric "$gateway_addr")
  trap stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  "$root/scripts/install-toolchains.sh"
  local prometheus
  prometheus=$("$root/scripts/find-prometheus.sh")
  "${MAKE:-make}" -C "$root" --no-print-directory build
  "$root/scripts/prometheus-config.sh" "$data" "$(reachable "$exporter_addr")" "$(reachable "$gateway_addr")" \
    "$(reachable "$prometheus_addr")"

  local built=${CARGO_TARGET_DIR:-$root/target}/release
  start exporter "$built/sightline-exporter" --web.listen-address="$exporter_addr"
  start prometheus "$prometheus" --config.file="$data/prometheus.yml" --web.listen-address="$prometheus_addr" \
    --storage.tsdb.path="$data/prometheus" --storage.tsdb.retention.time=7d
  SIGHTLINE_LISTEN=$gateway_listen SIGHTLINE_PROMETHEUS_URL=http://$(reachable "$prometheus_addr") \
    start gateway "$built/sightline-gateway"

  await_snapshot
  announce
  trap 'exit 0' INT # from here on Ctrl-C is how this is meant to end
  # `wait` ends at once on a signal, `wait -n` also when the first child ends.
  wait -n "${pids[@]}" || true
  report_the_dead
}

# Before anything is built: every address is one, no two are the same, and nobody listens there.
check_addresses() {
  local variable address seen=' '
  for variable in EXPORTER_ADDR PROMETHEUS_ADDR GATEWAY_ADDR; do
    case $variable in
      EXPORTER_ADDR) address=$exporter_addr ;;
      PROMETHEUS_ADDR) address=$prometheus_addr ;;
      GATEWAY_ADDR) address=$gateway_addr ;;
    esac
    valid_address "$address" ||
      fail "$variable=$address is not an address. Give it as host:port with a port from 1 to 65535, such as 127.0.0.1:9100."
    [[ $seen != *" $address "* ]] || fail "$variable=$address is given twice. Each of the three programs needs its own."
    seen+="$address "
    ! taken "$address" || fail "$address is taken$(holder "$address"). Set $variable to another host:port, for example:
    make run $variable=${address%:*}:$(free_port_after "$address")"
  done
}

valid_address() {
  [[ $1 =~ ^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})$ ]] || return
  local port=$((10#${BASH_REMATCH[2]}))
  ((port >= 1 && port <= 65535))
}

# taken ADDRESS: whether somebody accepts connections there.
taken() {
  local address
  address=$(reachable "$1")
  # shellcheck disable=SC2016 # the inner shell expands its own arguments
  timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$(host_of "$address")" "${address##*:}" 2>/dev/null
}

# Who listens there, as far as this user may know.
holder() {
  have ss || return 0
  local name
  name=$(ss -Hltnp "sport = :${1##*:}" 2>/dev/null | grep -o '"[^"]*",pid=[0-9]*' | head -n 1) || return 0
  [ -z "$name" ] || printf ' by %s' "${name/,pid=/ (pid }" | sed 's/"//g; s/$/)/'
}

free_port_after() {
  local port=${1##*:}
  while ((++port <= 65535)); do taken "${1%:*}:$port" || { printf %s "$port"; return; }; done
  printf '<port>'
}

host_of() { local host=${1%:*}; host=${host#[}; printf %s "${host%]}"; }

# reachable ADDRESS: where to reach what listens on ADDRESS; a wildcard is no place to connect to.
reachable() {
  case ${1%:*} in
    0.0.0.0) printf '127.0.0.1:%s' "${1##*:}" ;;
    '[::]') printf '[::1]:%s' "${1##*:}" ;;
    *) printf %s "$1" ;;
  esac
}

# numeric ADDRESS: with the host's number for its name, since the gateway listens on numbers only.
numeric() {
  local host=${1%:*} number
  if [[ $host != *[!0-9.]* || $host == \[* ]]; then printf %s "$1"; return; fi
  number=$(getent ahostsv4 "$host" | awk 'NR == 1 { print $1 }') || true
  [ -n "$number" ] || fail "GATEWAY_ADDR=$1: there is no host named $host."
  printf '%s:%s' "$number" "${1##*:}"
}

# One stack per checkout: two Prometheus cannot share a data folder. The lock lives as long as this script's descriptor.
take_folder() {
  exec 9>>"$data/run.lock"
  flock --nonblock 9 || fail "this checkout's stack is running already (pid $(tail -n 1 "$data/run.lock")). Use it, or end it with Ctrl-C."
  printf '%s\n' "$$" >"$data/run.lock"
}

# Every child has a process group of its own, so that Ctrl-C in a terminal reaches this script alone and the order of
# ending is ours. The kernel ends the child when this script dies without a chance to do so (SIGKILL).
start() {
  local name=$1
  shift
  setsid setpriv --pdeathsig TERM "$@" >"$logs/$name.log" 2>&1 9>&- &
  pids[$name]=$!
}

alive() { [ -n "${pids[$1]:-}" ] && kill -0 "${pids[$1]}" 2>/dev/null; }

# The gateway's first snapshot needs one scrape and one rule evaluation, hence some seconds.
await_snapshot() {
  local began=$SECONDS health='' address
  address=$(reachable "$gateway_addr")
  while ((SECONDS - began < snapshot_deadline)); do
    report_the_dead
    health=$(http_get "$(host_of "$address")" "${address##*:}" /api/health)
    if [[ $health == 200* && $health =~ \"servers\":[1-9] ]]; then progress_done; return; fi
    progress "Waiting for the first snapshot ($((SECONDS - began)) s)"
    sleep 0.5
  done
  progress_done
  say "There was no snapshot with a server in it within $snapshot_deadline s. /api/health says: $health" >&2
  show_log gateway
  exit 1
}

# One line that is written over, where a person looks at it.
progress() { [ ! -t 1 ] || printf '\r\033[K%s …' "$1"; }
progress_done() { [ ! -t 1 ] || printf '\r\033[K'; }

# Ends everything when a child is gone, and says which and what it said last.
report_the_dead() {
  local name
  for name in exporter prometheus gateway; do
    if [ -n "${pids[$name]:-}" ] && ! alive "$name"; then
      local status=0
      wait "${pids[$name]}" || status=$?
      unset "pids[$name]"
      progress_done
      say "The $name ended (status $status), so the others end, too." >&2
      show_log "$name"
      exit 1
    fi
  done
}

show_log() {
  say "The end of $logs/$1.log:" >&2
  tail -n 15 "$logs/$1.log" | sed 's/^/    /' >&2
}

announce() {
  cat <<TEXT

  Sightline     http://$(reachable "$gateway_addr")

  exporter      http://$(reachable "$exporter_addr")/metrics
  Prometheus    http://$(reachable "$prometheus_addr")   (the last 7 days are in ${data#"$root/"}/prometheus)
  logs          ${logs#"$root/"}/

  Add a server: a line in prometheus/targets/servers.yml. Ctrl-C ends all three.
TEXT
}

# Ends the children in the order in which they need each other, each with a deadline. Signals are ignored meanwhile: a second
# Ctrl-C must not leave half of them behind.
stop() {
  trap '' INT TERM HUP
  progress_done
  local name
  for name in gateway prometheus exporter; do
    alive "$name" || continue
    kill -TERM "${pids[$name]}"
    for _ in $(seq 100); do alive "$name" || break; sleep 0.1; done
    if alive "$name"; then
      say "The $name did not end within 10 s and is killed." >&2
      kill -KILL -- "-${pids[$name]}"
    fi
  done
}

main
