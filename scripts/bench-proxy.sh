#!/usr/bin/env bash
# What an answer of /prometheus costs: against Prometheus asked directly, nginx's proxy_cache, and the least that a cache in
# Rust can do as the ceiling.
#
# Needs: prometheus, promtool, nginx, wrk, curl, awk, and release builds of the gateway (GATEWAY_BIN) and of its example
# bare_cache (BARE_BIN): cargo build --release -p sightline-gateway --bins --examples.
# All on loopback, on BENCH_PORT (18180) and the three after it. CPU is user and system time of the process that answers,
# from /proc, for one request after the other; requests per second are wrk's, which shares the machine with all of them.
# BENCH_SECONDS (60) is how long the dashboard runs; BENCH_PARTS (hits slide miss instant dashboard memory) what is measured.
set -euo pipefail

gateway_bin=${GATEWAY_BIN:-target/release/sightline-gateway}
bare_bin=${BARE_BIN:-target/release/examples/bare_cache}
prometheus_bin=${PROMETHEUS_BIN:-prometheus}
promtool_bin=${PROMTOOL_BIN:-promtool}
seconds=${BENCH_SECONDS:-60}
parts=${BENCH_PARTS:-hits slide miss instant dashboard memory}
port=${BENCH_PORT:-18180}
folder=$(mktemp -d)
pids=()

finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT

for tool in "$prometheus_bin" "$promtool_bin" nginx wrk curl awk "$gateway_bin" "$bare_bin"; do
    command -v "$tool" >/dev/null || { echo "bench-proxy: $tool is needed" >&2; exit 1; }
done

now=$(( $(date +%s) / 15 * 15 ))
direct=http://127.0.0.1:$port
gateway=http://127.0.0.1:$((port + 1))/prometheus
nginx=http://127.0.0.1:$((port + 2))
bare=http://127.0.0.1:$((port + 3))

# 1,000 gauges for 7 h that end 30 min from now, so that windows can move, and 10,000 series for an instant.
samples() {
    awk -v now="$now" 'BEGIN {
        print "# TYPE load gauge"
        for (s = 0; s < 1000; s++)
            for (t = now - 23400; t <= now + 1800; t += 15)
                printf "load{instance=\"server-%04d.example.com:9100\",job=\"node\",rack=\"r%02d\"} %.6f %d\n", s, s % 40, 50 + 40 * sin(t / 900 + s) + rand(), t
        print "# TYPE fleet_up gauge"
        for (s = 0; s < 10000; s++)
            for (t = now - 7500; t <= now - 6900; t += 60)
                printf "fleet_up{instance=\"server-%05d.example.com:9100\",job=\"node\"} 1 %d\n", s, t
        print "# EOF"
    }'
}

start() {
    samples > "$folder/samples"
    "$promtool_bin" tsdb create-blocks-from --quiet openmetrics "$folder/samples" "$folder/data" >/dev/null
    rm "$folder/samples"
    echo 'scrape_configs: []' > "$folder/prometheus.yml"
    "$prometheus_bin" --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" --log.level=error \
        --web.listen-address="127.0.0.1:$port" &
    prometheus_pid=$!
    pids+=("$prometheus_pid")
    wait_for "$direct/-/ready"
    SIGHTLINE_LISTEN=127.0.0.1:$((port + 1)) SIGHTLINE_PROMETHEUS_URL=$direct RUST_LOG=warn "$gateway_bin" &
    gateway_pid=$!
    pids+=("$gateway_pid")
    wait_for "http://127.0.0.1:$((port + 1))/-/healthy"
    cat > "$folder/nginx.conf" <<CONF
daemon off; master_process off; pid $folder/nginx.pid; error_log $folder/error.log;
events {}
http {
    access_log off;
    client_body_temp_path $folder/b; proxy_temp_path $folder/p; fastcgi_temp_path $folder/f;
    uwsgi_temp_path $folder/u; scgi_temp_path $folder/s;
    proxy_cache_path $folder/cache keys_zone=c:10m max_size=1g;
    server {
        listen 127.0.0.1:$((port + 2));
        keepalive_requests 100000000;
        location / { proxy_pass $direct; proxy_cache c; proxy_cache_valid 200 1h; proxy_set_header Accept-Encoding ""; }
    }
}
CONF
    nginx -p "$folder" -c "$folder/nginx.conf" 2>/dev/null &
    nginx_pid=$!
    pids+=("$nginx_pid")
    "$bare_bin" "127.0.0.1:$((port + 3))" "$direct" &
    bare_pid=$!
    pids+=("$bare_pid")
    sleep 1
}

wait_for() {
    for _ in $(seq 300); do
        curl -sf -o /dev/null "$1" && return
        sleep 0.1
    done
    echo "bench-proxy: $1 is not ready" >&2
    exit 1
}

# User and system time of a process in milliseconds; the kernel counts in 10 ms.
cpu_ms() { awk '{ print ($14 + $15) * 10 }' "/proc/$1/stat"; }

# The same request n times: milliseconds of CPU of one process for each.
cpu_each() { # pid n url
    local before after
    curl -s -o /dev/null "$3"
    before=$(cpu_ms "$1")
    for _ in $(seq "$2"); do curl -s -o /dev/null "$3"; done
    after=$(cpu_ms "$1")
    awk -v d=$((after - before)) -v n="$2" 'BEGIN { printf "%.2f", d / n }'
}

rate_of() { wrk -t1 -c32 -d5s "$1" | awk '/Requests\/sec/ { printf "%.0f", $2 }'; }

# wrk's requests, and what the process spent on each, in milliseconds.
wrk_cpu() { # pid url connections (1)
    local before after
    before=$(cpu_ms "$1")
    wrk -t1 -c"${3:-1}" -d3s "$2" > "$folder/wrk"
    after=$(cpu_ms "$1")
    awk -v d=$((after - before)) '/requests in/ { printf "%.3f", d / $1 }' "$folder/wrk"
}

median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.4f", v[int((NR + 1) / 2)] }'; }

range() { # base query start end
    echo "$1/api/v1/query_range?query=$2&start=$3&end=$4&step=15"
}

line() { printf '%-34s | %-52s\n' "$1" "$2"; }

bench_hits() {
    local end=$((now - 1200)) start
    start=$((end - 21600))
    url() { range "$1" "$2" $start $end; }
    local base
    for base in "$gateway" "$nginx" "$bare"; do curl -s -o /dev/null "$(url "$base" 'avg(load)')"; done
    line 'hit, aggregate' "$(curl -s "$(url "$gateway" 'avg(load)')" | wc -c) bytes; requests/s: gateway $(rate_of "$(url "$gateway" 'avg(load)')"), nginx $(rate_of "$(url "$nginx" 'avg(load)')"), bare $(rate_of "$(url "$bare" 'avg(load)')")"
    line 'hit, aggregate, again' "requests/s: gateway $(rate_of "$(url "$gateway" 'avg(load)')"), nginx $(rate_of "$(url "$nginx" 'avg(load)')"), bare $(rate_of "$(url "$bare" 'avg(load)')")"
    line 'hit, aggregate, CPU ms of 32' "gateway $(wrk_cpu "$gateway_pid" "$(url "$gateway" 'avg(load)')" 32), nginx $(wrk_cpu "$nginx_pid" "$(url "$nginx" 'avg(load)')" 32), bare $(wrk_cpu "$bare_pid" "$(url "$bare" 'avg(load)')" 32)"
    line 'hit, aggregate, CPU ms' "gateway $(wrk_cpu "$gateway_pid" "$(url "$gateway" 'avg(load)')"), nginx $(wrk_cpu "$nginx_pid" "$(url "$nginx" 'avg(load)')"), bare $(wrk_cpu "$bare_pid" "$(url "$bare" 'avg(load)')"), Prometheus $(cpu_each "$prometheus_pid" 5 "$(url "$direct" 'avg(load)')")"
    line 'hit, raw' "$(curl -s "$(url "$gateway" load)" | wc -c) bytes; CPU ms: gateway $(cpu_each "$gateway_pid" 20 "$(url "$gateway" load)"), nginx $(cpu_each "$nginx_pid" 20 "$(url "$nginx" load)"), Prometheus $(cpu_each "$prometheus_pid" 5 "$(url "$direct" load)")"
}

bench_slide() {
    local end=$((now - 60)) before_gateway before_prometheus idle_gateway idle_prometheus i n=16
    # What both spend when nobody asks, on snapshots, for as long as the windows will take.
    before_gateway=$(cpu_ms "$gateway_pid"); before_prometheus=$(cpu_ms "$prometheus_pid")
    sleep 25
    idle_gateway=$(($(cpu_ms "$gateway_pid") - before_gateway)); idle_prometheus=$(($(cpu_ms "$prometheus_pid") - before_prometheus))
    curl -s -o /dev/null "$(range "$gateway" load $((end - 21600)) $end)"
    sleep 1.5
    before_gateway=$(cpu_ms "$gateway_pid"); before_prometheus=$(cpu_ms "$prometheus_pid")
    for i in $(seq $n); do
        end=$(( $(date +%s) / 15 * 15 ))
        curl -s -o /dev/null -D "$folder/headers" "$(range "$gateway" load $((end - 21600)) $end)"
        sleep 1.5
    done
    awk -v g=$(($(cpu_ms "$gateway_pid") - before_gateway)) -v p=$(($(cpu_ms "$prometheus_pid") - before_prometheus)) -v n=$n \
        -v ig=$idle_gateway -v ip=$idle_prometheus \
        -v fetched="$(tr -d '\r' < "$folder/headers" | awk -F'fetched=' '/fetched/ { print $2 }')" \
        'BEGIN { printf "%-34s | CPU ms: gateway %.1f, Prometheus %.1f (steps fetched: %s); besides, idle, %.1f and %.1f\n", "slide, raw", (g - ig) / n, (p - ip) / n, fetched, ig / n, ip / n }'
}

bench_miss() {
    local i kind base end
    for kind in direct gateway; do
        [ $kind = direct ] && base=$direct || base=$gateway
        for i in 1 2 3 4 5 6 7; do
            # Another phase each time: nothing of it can be in memory.
            end=$((now - 1200 + i))
            curl -s -o /dev/null -w '%{time_starttransfer} %{time_total}\n' "$(range "$base" load $((end - 21600)) $end)"
        done > "$folder/$kind"
    done
    line 'miss, raw, median s' "first byte: direct $(cut -d' ' -f1 "$folder/direct" | median), gateway $(cut -d' ' -f1 "$folder/gateway" | median); all: direct $(cut -d' ' -f2 "$folder/direct" | median), gateway $(cut -d' ' -f2 "$folder/gateway" | median)"
}

bench_instant() {
    local path="api/v1/query?query=fleet_up&time=$((now - 7000))"
    curl -s -o /dev/null "$gateway/$path"; curl -s -o /dev/null "$nginx/$path"
    line 'instant, 10,000 series, CPU ms' "gateway $(wrk_cpu "$gateway_pid" "$gateway/$path"), nginx $(wrk_cpu "$nginx_pid" "$nginx/$path"), Prometheus $(cpu_each "$prometheus_pid" 10 "$direct/$path")"
}

# 30 panels, 50 viewers, every 5 s: what Prometheus spends through the gateway, and would spend directly.
bench_dashboard() {
    cat > "$folder/dashboard.lua" <<'LUA'
local n = 0
local wait = {}
request = function()
    n = n + 1
    local now = math.floor(os.time() / 15) * 15
    local query = string.format("avg(load{rack=\"r%02d\"})", n % 30)
    query = query:gsub("[^%w%(%)]", function(c) return string.format("%%%02X", string.byte(c)) end)
    return wrk.format("GET", string.format("/prometheus/api/v1/query_range?query=%s&start=%d&end=%d&step=15", query, now - 21600, now))
end
-- 50 connections that each ask 30 panels every 5 s ask one every 167 ms.
delay = function() return math.random(100, 233) end
LUA
    local before after panel i requests each
    each=0
    for i in 1 2 3; do
        panel=$(range "$direct" "avg(load%7Brack%3D%22r0$i%22%7D)" $((now - 21600)) "$now")
        each=$(awk -v a="$each" -v b="$(cpu_each "$prometheus_pid" 4 "$panel")" 'BEGIN { print a + b / 3 }')
    done
    before=$(cpu_ms "$prometheus_pid")
    requests=$(wrk -t1 -c50 -d"${seconds}s" -s "$folder/dashboard.lua" "http://127.0.0.1:$((port + 1))" | awk '/requests in/ { print $1 }')
    after=$(cpu_ms "$prometheus_pid")
    awk -v d=$((after - before)) -v r="$requests" -v e="$each" \
        'BEGIN { printf "%-34s | %d requests; Prometheus: %.0f ms through the gateway, %.0f ms directly: 1/%.0f\n", "dashboard, 30 panels, 50 viewers", r, d, r * e, r * e / d }'
}

bench_memory() {
    line 'memory' "$(awk '/VmRSS/ { print $2 / 1024 " MiB resident" }' "/proc/$gateway_pid/status"), $(curl -s "http://127.0.0.1:$((port + 1))/metrics" | awk '/^sightline_gateway_proxy_cache_bytes/ { printf "%.0f MiB counted as cached", $2 / 1048576 }')"
}

start
echo "$(nproc) CPUs, load $(cut -d' ' -f1 /proc/loadavg); $("$prometheus_bin" --version 2>&1 | head -1 | cut -d'(' -f1)"
for part in $parts; do "bench_$part"; done
