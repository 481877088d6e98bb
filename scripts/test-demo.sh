#!/usr/bin/env bash
# Tests what `make demo` promises, with the programs that cargo built for the tests: a fleet with a past, and nothing left behind.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

room=$(mktemp -d)
runner=''
trap '[ -z "$runner" ] || kill -TERM "$runner" 2>/dev/null; wait; rm -rf "$room"' EXIT

built=${CARGO_TARGET_DIR:-$root/target}/debug
mkdir -p "$room/tmp" "$room/target/release"
ln -s "$built/sightline-sim" "$built/sightline-gateway" "$room/target/release/"

free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'; }
SIMULATOR_ADDR=127.0.0.1:$(free_port) PROMETHEUS_ADDR=127.0.0.1:$(free_port) GATEWAY_ADDR=127.0.0.1:$(free_port)
export SIMULATOR_ADDR PROMETHEUS_ADDR GATEWAY_ADDR
export MAKE=true CARGO_TARGET_DIR=$room/target TMPDIR=$room/tmp SERVERS=20 HISTORY=600 # nothing is built again

check() { if "${@:2}"; then say "  ok: $1"; else say "  NOT: $1" >&2; sed 's/^/    /' "$room/out" >&2; exit 1; fi; }
says() { grep -qF -- "$1" "$room/out"; }
up() {
  "$root/scripts/demo.sh" >"$room/out" 2>&1 &
  runner=$!
  for _ in $(seq 900); do
    says 'Ctrl-C ends all three' && return
    kill -0 "$runner" 2>/dev/null || return
    sleep 0.1
  done
  return 1
}
asks() { http_get "${GATEWAY_ADDR%:*}" "${GATEWAY_ADDR##*:}" "$1"; }
past() {
  local answer
  answer=$(http_get 127.0.0.1 "${PROMETHEUS_ADDR##*:}" "/api/v1/query?query=count(node_load1)&time=$(($(date +%s) - 400))")
  [[ $answer =~ \"(1[0-9]|20)\"\] ]]
}
gone() { [ -z "$(ls -A "$room/tmp")" ]; }
ended() { local status=0; wait "$runner" || status=$?; runner=''; [ "$status" = 143 ]; }
refused() { local status=0; env "$@" "$root/scripts/demo.sh" >"$room/out" 2>&1 || status=$?; [ "$status" != 0 ]; }

check 'it comes up' up
check 'the gateway has all servers' grep -q '"total":20' <(asks /api/v1/servers)
check 'they have a past' past
check 'it takes SIGTERM' kill -TERM "$runner"
check 'and ends with 143' ended
check 'nothing is left' gone
check 'a history that is no number is refused' refused HISTORY=long
check 'and named' says 'HISTORY=long'
