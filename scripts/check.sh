#!/usr/bin/env bash
# Lints everything, and looks at the dependencies: licences, advisories, unknown sources, crates that nothing uses.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
(cd frontend && npm run --silent format:check && npm run --silent lint && npm run --silent typecheck)
if have shellcheck; then shellcheck scripts/*.sh .ci/run; else say "shellcheck is not installed. Run: make test-tools"; fi

if have cargo-deny; then cargo deny --workspace check; else say "cargo-deny is not installed, so licences and advisories were not checked. Run: cargo install --locked cargo-deny"; fi
if have cargo-machete; then cargo machete; else say "cargo-machete is not installed, so unused dependencies were not looked for. Run: cargo install --locked cargo-machete"; fi
