#!/usr/bin/env bash
# Writes a copy of prometheus/prometheus.yml with real addresses in place of the programs' names.
#
# usage: prometheus-config.sh FOLDER EXPORTER GATEWAY PROMETHEUS        each address as host:port
#
# Rules and targets are linked, not copied: a server that is added to prometheus/targets/ shows up without a restart.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
[ $# = 4 ] || fail "usage: prometheus-config.sh FOLDER EXPORTER GATEWAY PROMETHEUS"

folder=$1
mkdir -p "$folder"
for part in rules targets; do ln -sfn "$root/prometheus/$part" "$folder/$part"; done
sed -e "s|\"exporter:9100\"|\"$2\"|" -e "s|\"gateway:8000\"|\"$3\"|" -e "s|\"prometheus:9090\"|\"$4\"|" \
  "$root/prometheus/prometheus.yml" >"$folder/prometheus.yml"
