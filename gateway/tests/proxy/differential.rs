//! Whatever is asked, in whatever order, by however many: the answer is Prometheus' own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use crate::support::gateway::{Content, Reply, content, http_client};
use crate::support::prometheus::Prometheus;
use crate::support::random::Random;
use crate::support::samples::{DENSE_END, DENSE_START, SPARSE_START};
use crate::support::whole;

/// A question of a panel that is opened, refreshed, zoomed and moved.
#[derive(Clone, Debug)]
struct Case {
    query: String,
    /// Prometheus sums these in no fixed order, so their last digits differ from one evaluation to the next.
    unordered: bool,
    step_ms: i64,
    /// Start and end in milliseconds, in the order in which they are asked.
    windows: Vec<(i64, i64)>,
    concurrent: bool,
}

#[tokio::test]
async fn answers_are_prometheus_own() {
    let variable = |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (cases, seed) = (variable("PROXY_CASES", 700), variable("PROXY_SEED", 1));
    let prometheus = Prometheus::start().await;
    // The newest hour of the samples counts as not settled yet, so that both kinds of data meet in many windows.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let freshness = now.saturating_sub(Duration::from_secs((DENSE_END - 3_600).unsigned_abs()));
    // The whole of it, because what is kept ready is sent before the proxy is asked.
    let (gateway, _shutdown) = whole::start(&prometheus.url, |config| {
        config.cache.freshness = freshness;
        // Small enough that entries are pushed out in the middle of it.
        config.cache.bytes = 8 << 20;
    })
    .await;

    let tally = Arc::new(Tally::default());
    let (direct, through) = (format!("{}api/v1", prometheus.url), format!("{gateway}/prometheus/api/v1"));
    let workers: Vec<_> = (0..2)
        .map(|worker| {
            let (direct, through, tally) = (direct.clone(), through.clone(), tally.clone());
            tokio::spawn(async move {
                let mut random = Random::new(seed * 1_000 + worker);
                for _ in 0..cases / 2 {
                    run(&case(&mut random), &direct, &through, &tally).await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let counted = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!("{tally:?}");
    // The test would prove nothing if everything had been asked of Prometheus, or if there had been nothing to see.
    assert!(counted(&tally.hits) * 5 > counted(&tally.answers), "{tally:?}");
    assert!(counted(&tally.partial) * 20 > counted(&tally.answers), "{tally:?}");
    assert!(counted(&tally.with_series) * 2 > counted(&tally.answers), "{tally:?}");
}

#[derive(Debug, Default)]
struct Tally {
    answers: AtomicUsize,
    hits: AtomicUsize,
    partial: AtomicUsize,
    with_series: AtomicUsize,
    in_same_order: AtomicUsize,
}

async fn run(case: &Case, direct: &str, through: &str, tally: &Tally) {
    let ask = |base: &str, window: (i64, i64)| {
        let form = [
            ("query", case.query.clone()),
            ("start", seconds(window.0)),
            ("end", seconds(window.1)),
            ("step", seconds(case.step_ms)),
        ];
        let form: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        Reply::of(client().get(format!("{base}/query_range?{form}")))
    };
    if case.concurrent {
        let asked = case.windows.iter().map(|&window| async move { (window, ask(through, window).await) });
        for (window, reply) in futures_util::future::join_all(asked).await {
            compare(case, window, &ask(direct, window).await, &reply, tally);
        }
        return;
    }
    for &window in &case.windows {
        let reply = ask(through, window).await;
        compare(case, window, &ask(direct, window).await, &reply, tally);
    }
}

fn client() -> &'static reqwest::Client {
    static CLIENT: std::sync::LazyLock<reqwest::Client> = std::sync::LazyLock::new(http_client);
    &CLIENT
}

fn compare(case: &Case, window: (i64, i64), expected: &Reply, actual: &Reply, tally: &Tally) {
    let (wanted, got) = (content(&expected.body), content(&actual.body));
    let equal =
        expected.status == actual.status && (wanted == got || case.unordered && equal_to_12_digits(&wanted, &got));
    assert!(
        equal,
        "{case:?}\nat {window:?} ({})\n{}\nPrometheus: {} {:.2000}\ngateway:    {} {:.2000}",
        actual.cache,
        first_difference(&wanted, &got),
        expected.status,
        expected.body,
        actual.status,
        actual.body
    );
    let count = |counter: &AtomicUsize, when: bool| counter.fetch_add(usize::from(when), Ordering::Relaxed);
    count(&tally.answers, true);
    count(&tally.hits, actual.from() == "hit");
    count(&tally.partial, actual.from() == "partial");
    count(&tally.with_series, !got.series.is_empty());
    count(&tally.in_same_order, expected.body == actual.body);
}

fn first_difference(wanted: &Content, got: &Content) -> String {
    let pairs = wanted.series.iter().zip(&got.series);
    match pairs.into_iter().find(|(wanted, got)| wanted != got) {
        Some((wanted, got)) => {
            let at = wanted.bytes().zip(got.bytes()).take_while(|(a, b)| a == b).count();
            let part =
                |text: &str| text.get(at.saturating_sub(60)..(at + 60).min(text.len())).unwrap_or(text).to_owned();
            format!("first difference: {} | {}", part(wanted), part(got))
        }
        None => format!("{} series and {} series", wanted.series.len(), got.series.len()),
    }
}

fn equal_to_12_digits(wanted: &Content, got: &Content) -> bool {
    let numbers = |content: &Content| -> Vec<String> {
        content.series.iter().flat_map(|series| series.split('"').map(rounded).collect::<Vec<_>>()).collect()
    };
    numbers(wanted) == numbers(got)
}

fn rounded(text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| format!("{number:.11e}"))
}

fn seconds(time_ms: i64) -> String {
    format!("{}.{:03}", time_ms.div_euclid(1_000), time_ms.rem_euclid(1_000))
}

fn case(random: &mut Random) -> Case {
    let (query, unordered) = query(random);
    let sparse = query.contains("capacity");
    let step_ms = match sparse {
        true => *random.pick(&[240_000, 900_000, 3_600_000, 7_000_000, 86_400_000]),
        false => *random.pick(&[500, 1_000, 7_000, 15_000, 15_000, 30_000, 60_000, 61_001, 300_000, 3_600_000]),
    };
    let (earliest, latest) = if sparse { (SPARSE_START, DENSE_END) } else { (DENSE_START, DENSE_END) };
    let (earliest_ms, latest_ms) = ((earliest - 900) * 1_000, (latest + 900) * 1_000);
    let most = random.between(2, 301);
    let points = random.between(0, most);
    let length_ms = (points * step_ms).min(latest_ms - earliest_ms);
    let mut start_ms = random.between(earliest_ms, latest_ms - length_ms);
    // Often aligned, as panels are; otherwise with any phase, whole seconds or not.
    match random.below(4) {
        0 | 1 => start_ms -= start_ms.rem_euclid(step_ms),
        2 => start_ms -= start_ms.rem_euclid(1_000),
        _ => {}
    }
    let end_ms = start_ms + length_ms + random.between(0, step_ms - 1);
    let windows = windows(random, (start_ms, end_ms), step_ms);
    Case { query, unordered, step_ms, windows, concurrent: random.one_in(4) }
}

fn windows(random: &mut Random, (start, end): (i64, i64), step: i64) -> Vec<(i64, i64)> {
    let mut windows = vec![(start, end), (start, end)];
    let length = end - start;
    for _ in 0..random.between(1, 4) {
        let by = random.between(1, 40) * step;
        windows.push(match random.below(7) {
            // A refresh, a look back, a zoom in, a zoom out, a jump, another phase of the same length.
            0 | 1 => (start + by, end + by),
            2 => (start - by, end - by),
            3 => (start + (length / 3 / step) * step, end - (length / 3 / step) * step),
            4 => (start - by, end + by),
            5 => (start + length + by, end + length + by),
            _ => (start + random.between(1, step), end),
        });
    }
    // And back to where it began, which is kept ready by then.
    windows.extend([(start, end), (start, end)]);
    windows.retain(|(start, end)| start <= end && (end - start) / step <= 11_000);
    windows
}

fn query(random: &mut Random) -> (String, bool) {
    let selector = selector(random);
    let range = *random.pick(&["1m", "90s", "5m", "17m"]);
    let over_time = *random.pick(&["avg", "min", "max", "sum", "count", "last", "stddev", "present"]);
    let by = *random.pick(&["", " by (job)", " by (instance, code)", " without (code, sensor)"]);
    let offset = *random.pick(&["", "", "", " offset 7m", " offset -3m", " @ 1760010000", " @ start()", " @ end()"]);
    let query = match random.below(26) {
        0..=3 => format!("{selector}{offset}"),
        4 | 5 => format!("rate(requests_total[{range}]{offset})"),
        6 => format!("increase(requests_total{{code=~\"4..|5..\"}}[{range}])"),
        7 => format!("sum{by} (rate(requests_total[{range}]))"),
        8 => format!("max{by} ({selector}{offset})"),
        9 => format!("count{by} ({selector})"),
        10 => format!("{over_time}_over_time({selector}[{range}]{offset})"),
        11 => format!("histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[{range}])))"),
        12 => "histogram_quantile(0.5, latency_seconds_bucket)".to_owned(),
        13 => format!("topk(2, {selector})"),
        14 => format!("max_over_time(rate(requests_total[1m])[{range}:30s])"),
        15 => format!("avg_over_time({selector}[{range}:])"),
        16 => "rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m])".to_owned(),
        17 => "requests_total and on (instance) (info == 1)".to_owned(),
        18 => format!("{selector} > {}", random.between(0, 60)),
        19 => format!("absent({selector}{{rack=\"nowhere\"}})").replace("}{", ","),
        20 => "time() - timestamp(temperature)".to_owned(),
        21 => format!("label_replace({selector}, \"copy\", \"<$1>\", \"instance\", \"(.*)\")"),
        22 => format!("quantile{by} (0.3, {selector})"),
        23 => "sum by (job) (requests_total) * on (job) group_left () count by (job) (requests_total)".to_owned(),
        24 => "changes(temperature[10m]) + resets(temperature[10m])".to_owned(),
        _ => format!("vector({}) or {selector}", random.between(0, 9)),
    };
    let nested = query.starts_with("sum") || query.contains("quantile");
    (query, nested)
}

fn selector(random: &mut Random) -> String {
    (*random.pick(&[
        "requests_total",
        "requests_total{job=\"b\"}",
        "requests_total{instance=\"i1\",code!=\"200\"}",
        "temperature",
        "temperature{rack=\"r1\"}",
        "temperature{sensor=~\"s0[1-5]\"}",
        "info",
        "latency_seconds_count",
        "nothing_of_this_name",
        "capacity",
        "capacity{disk=~\"d[0-3]\"}",
        "{__name__=~\"info|temperature\"}",
    ]))
    .to_owned()
}
