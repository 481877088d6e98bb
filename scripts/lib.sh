# What the other scripts share: where things are, how to speak, how to ask a server. Sourced, never run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/.tools # git-ignored: what the system lacks is unpacked here, and removing it undoes that

# .tools/rust and .tools/node exist only where the system's are missing or too old, so they come first. Everything else
# there stands in for what is not on PATH.
export PATH="$tools/rust/bin:$tools/node/bin:$PATH:$tools/bin"

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# version_at_least HAVE WANT: whether version HAVE (1.95.0) is WANT (1.95) or newer.
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# as_root COMMAND…: runs it as root where that needs no password, and fails quietly otherwise.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo && sudo -n true 2>/dev/null; then sudo "$@"; else return 1; fi
}

# http_get HOST PORT PATH: status code and body of GET on one line, or `000` when nobody answers within 3 seconds. Bash
# speaks TCP by itself, so that neither curl nor wget has to be there.
http_get() {
  # shellcheck disable=SC2016 # the inner shell expands its own arguments
  timeout 3 bash -c '
    exec 3<>"/dev/tcp/$0/$1" || exit
    printf "GET %s HTTP/1.0\r\nHost: %s:%s\r\n\r\n" "$2" "$0" "$1" >&3
    read -r _ code _ <&3
    printf "%s " "${code:-000}"
    while read -r line && [ "$line" != $'"'\\r'"' ]; do :; done <&3
    tr -d "\r\n" <&3
  ' "$1" "$2" "$3" 2>/dev/null || printf 000
}
