#!/usr/bin/env bash
# Regenerates what follows from the gateway's handlers: gateway/openapi.json, and from that the frontend's types.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

described=$(mktemp)
trap 'rm -f "$described"' EXIT
cargo run --quiet --locked -p sightline-gateway -- openapi >"$described"
cat "$described" >gateway/openapi.json
npm --prefix frontend run --silent api
git --no-pager diff --stat -- gateway/openapi.json frontend/src/api/schema.ts
