#!/usr/bin/env bash
# Checks that docker-compose.yml is valid, where docker-compose is installed.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

if have docker-compose; then docker-compose --file docker-compose.yml --profile grafana config --quiet
elif have docker && docker compose version >/dev/null 2>&1; then docker compose --profile grafana config --quiet
else say "docker-compose is not installed, so docker-compose.yml was not checked."
fi
