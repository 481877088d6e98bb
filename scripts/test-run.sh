#!/usr/bin/env bash
# Tests what `make run` promises, with the programs that cargo built for the tests: it comes up and shows this machine, keeps
# its history, names what is in the way, and leaves nothing behind, however it ends.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

room=$(mktemp -d)
runner=''
trap '[ -z "$runner" ] || kill -KILL "$runner" 2>/dev/null; rm -rf "$room"' EXIT

# run.sh builds release binaries; for this test they are the ones that are there already.
built=${CARGO_TARGET_DIR:-$root/target}/debug
mkdir -p "$room/target/release"
ln -s "$built/sightline-exporter" "$built/sightline-gateway" "$room/target/release/"
export MAKE=true CARGO_TARGET_DIR=$room/target DATA_DIR=$room/data

free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'; }
EXPORTER_ADDR=127.0.0.1:$(free_port) PROMETHEUS_ADDR=127.0.0.1:$(free_port) GATEWAY_ADDR=127.0.0.1:$(free_port)
export EXPORTER_ADDR PROMETHEUS_ADDR GATEWAY_ADDR

check() { if "${@:2}"; then say "  ok: $1"; else say "  NOT: $1" >&2; sed 's/^/    /' "$room/out" >&2; exit 1; fi; }
says() { grep -qF -- "$1" "$room/out"; }
running() { pgrep -f -- "$room/target/release|$room/data/prometheus" >/dev/null; }
gone() { for _ in $(seq 100); do running || return 0; sleep 0.1; done; return 1; }
refused() { ! timeout 60 "$@" >"$room/out" 2>&1; }
up() {
  "$root/scripts/run.sh" >"$room/out" 2>&1 &
  runner=$!
  for _ in $(seq 600); do
    says 'Ctrl-C ends all three' && return
    kill -0 "$runner" 2>/dev/null || return
    sleep 0.1
  done
  return 1
}
ended() { local status=0; wait "$runner" || status=$?; runner=''; [ "$status" = "$1" ]; }
end() { kill -s "$1" "$runner"; }
samples() { http_get 127.0.0.1 "${PROMETHEUS_ADDR##*:}" '/api/v1/query?query=count_over_time(node_load1%5B1h%5D)' | grep -oE '"[0-9]+"\]' | tr -dc 0-9; }
remembers() { for _ in $(seq 120); do [ "$(samples || echo 0)" -ge "$1" ] && return; sleep 0.5; done; return 1; }

say 'A first run'
check 'it comes up' up
check 'it says where' says "http://$GATEWAY_ADDR"
check 'the gateway serves this machine' grep -q '"total":1' <(http_get 127.0.0.1 "${GATEWAY_ADDR##*:}" /api/v1/servers)
check 'a second one of this checkout is refused' refused "$root/scripts/run.sh"
check 'and told why' says 'is running already'
check 'there is some history' remembers 4 # a run that forgot it has one or two when it comes up
check 'it takes SIGTERM' end TERM
check 'and ends with 143' ended 143
check 'nothing is left' gone

say 'A second run'
check 'it comes up' up
check 'the history is still there' test "$(samples)" -ge 4
check 'it is killed' end KILL
check 'and ended' ended 137
check 'nothing is left' gone

say 'A third run, after that'
check 'it comes up on what the killed one left' up
check 'the exporter dies' kill -KILL "$(pgrep -f -- "$room/target/release/sightline-exporter")"
check 'so it ends with 1' ended 1
check 'it names the one that died' says 'The exporter ended'
check 'nothing is left' gone

say 'What is in the way'
EXPORTER_ADDR=here check 'an address that is none is refused' refused "$root/scripts/run.sh"
check 'and named' says 'EXPORTER_ADDR=here'
node -e 'require("net").createServer().listen(+process.argv[1], "127.0.0.1")' "${GATEWAY_ADDR##*:}" &
other=$!
sleep 1
check 'a taken port is refused' refused "$root/scripts/run.sh"
kill "$other"
check 'with the variable that changes it' says 'Set GATEWAY_ADDR'
