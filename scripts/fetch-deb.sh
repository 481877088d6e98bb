#!/usr/bin/env bash
# Fetches a package of this distribution and unpacks it under .tools/, without root and without touching the system:
# nothing is configured, no service is made or started. Its programs are linked into .tools/bin.
#
# usage: fetch-deb.sh PACKAGE
set -euo pipefail
source "$(dirname "$0")/lib.sh"

package=${1:?usage: fetch-deb.sh PACKAGE}
unpacked=$tools/debs/$package

# apt verifies what it downloads against the distribution's signed lists. The system's lists may be absent (containers) or
# older than the archive, and only root may renew them, so then a private copy of them is made.
download() {
  apt-get -qq -o APT::Sandbox::User=root download "$package" 2>/dev/null && return
  say "Reading the distribution's package lists …"
  mkdir -p "$tools/apt/lists/partial" "$tools/apt/cache/archives/partial"
  local own=(-q -o APT::Sandbox::User=root -o Dir::State::lists="$tools/apt/lists" -o Dir::Cache="$tools/apt/cache")
  apt-get "${own[@]}" update && apt-get "${own[@]}" download "$package"
}

# A program that lacks a library fails later and in other words, so it is refused here by name.
check_libraries() {
  local missing
  missing=$(ldd "$1" 2>/dev/null | awk '/not found/ { print $1 }') || true
  [ -z "$missing" ] || fail "$1 needs ${missing//$'\n'/, }, which this system lacks. Run: sudo apt-get install -y $package"
}

if [ ! -e "$unpacked" ]; then
  if ! have apt-get || ! have dpkg-deb; then
    fail "$package is missing and this is no Debian or Ubuntu. Install it and put its programs on PATH."
  fi
  say "Fetching $package from the distribution into .tools/ …"
  mkdir -p "$tools/debs" "$tools/bin"
  room=$(mktemp -d "$tools/debs/.fetch.XXXXXX")
  trap 'rm -rf "$room"' EXIT
  cd "$room"
  download || fail "cannot fetch $package. Run: sudo apt-get update && sudo apt-get install -y $package"
  dpkg-deb -x ./*.deb root
  for program in root/usr/bin/*; do check_libraries "$program"; done
  mv root "$unpacked"
fi
for program in "$unpacked"/usr/bin/*; do ln -sfn "../debs/$package/usr/bin/${program##*/}" "$tools/bin/${program##*/}"; done
