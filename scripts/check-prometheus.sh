#!/usr/bin/env bash
# Checks prometheus/: the configuration and the rules are valid, the rules' unit tests pass, and no rule is without a test.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root/prometheus"

promtool check config --lint=none prometheus.yml
promtool test rules tests/*.test.yml

# A recording rule is tested where a test names its series, an alert where a test expects it to fire.
untested=0
for rules in rules/*.yml; do
  test=tests/$(basename "$rules" .yml).test.yml
  [ -e "$test" ] || { say "$rules has no $test" >&2; untested=1; continue; }
  while read -r kind name; do
    case $kind in
      alert:) grep -A 1 -E "alertname: '?$name'?\$" "$test" | grep -q 'exp_alerts:$' ;;
      record:) grep -qF -- "$name" "$test" ;;
    esac || { say "$rules: $name has no test in $test" >&2; untested=1; }
  done < <(grep -oE '\b(alert|record): *[A-Za-z_:0-9]+' "$rules")
done
exit "$untested"
