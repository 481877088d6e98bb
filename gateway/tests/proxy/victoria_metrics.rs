//! Behind the proxy is VictoriaMetrics, which moves the grid of long queries, has errors of its own and fields nobody else has.
//!
//! `SKIP_VICTORIA_METRICS=1` leaves this out where Debian's `victoria-metrics` cannot be had.

use std::process::{Child, Command, Stdio};

use sightline_gateway::config::Flavour;

use crate::support::gateway::{Gateway, Reply, content, http_client};
use crate::support::prometheus::{free_port, program, wait_until_ready};
use crate::support::samples::{self, DENSE_START};

struct VictoriaMetrics {
    child: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Drop for VictoriaMetrics {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl VictoriaMetrics {
    /// With the dense counters and gauges of [`samples`]; nothing when it is to be left out.
    #[expect(clippy::print_stdout, reason = "who reads the test's output should know what it did not do")]
    async fn start() -> Option<Self> {
        if std::env::var_os("SKIP_VICTORIA_METRICS").is_some() {
            println!("left out: SKIP_VICTORIA_METRICS is set");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let child = Command::new(program("victoria-metrics", "VICTORIA_METRICS_BIN", "victoria-metrics"))
            .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
            .arg(format!("-storageDataPath={}", folder.path().display()))
            .args(["-retentionPeriod=100y", "-memory.allowedBytes=64MB"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let victoria = Self { child, url: format!("http://127.0.0.1:{port}/"), _folder: folder };
        wait_until_ready(&format!("{}health", victoria.url)).await;
        let client = http_client();
        client.post(format!("{}api/v1/import/prometheus", victoria.url)).body(import()).send().await.unwrap();
        client.get(format!("{}internal/force_flush", victoria.url)).send().await.unwrap();
        Some(victoria)
    }
}

/// The samples with times in milliseconds, as its importer wants them.
fn import() -> String {
    samples::openmetrics()
        .lines()
        .filter(|line| line.starts_with("requests_total") || line.starts_with("temperature"))
        .map(|line| format!("{line}000\n"))
        .collect()
}

fn range(query: &str, start: i64, end: i64) -> String {
    format!("query_range?query={query}&start={start}&end={end}&step=15")
}

#[tokio::test]
async fn answers_are_on_the_callers_grid_and_victoria_metrics_own() {
    let Some(victoria) = VictoriaMetrics::start().await else { return };
    let gateway = Gateway::start_with(&victoria.url, |config| config.proxy.flavour = Flavour::VictoriaMetrics).await;
    let client = http_client();
    let ask = |path: String| Reply::of(client.get(format!("{}/api/v1/{path}", gateway.url)));
    let directly = |path: String| Reply::of(client.get(format!("{}api/v1/{path}", victoria.url)));

    let aligned = DENSE_START - DENSE_START % 15 + 1_800;
    for query in
        ["requests_total", "temperature", "requests_total+*+2", "max+by+(job)+(requests_total)", "count(temperature)"]
    {
        for start in [aligned, aligned + 7] {
            for (start, end) in [
                (start, start + 3_000),
                (start + 300, start + 3_300),
                (start - 600, start + 3_600),
                (start, start + 300),
            ] {
                // `nocache` keeps it from moving the grid: then it answers what was asked.
                let direct = directly(format!("{}&nocache=1", range(query, start, end))).await;
                let wanted = content(&direct.body);
                assert!(!wanted.series.is_empty(), "{query}");
                for _ in 0..2 {
                    let ours = ask(range(query, start, end)).await;
                    assert_eq!(content(&ours.body), wanted, "{query} {start}..{end} ({})", ours.cache);
                }
            }
        }
    }
    let again = ask(range("requests_total", aligned + 7, aligned + 3_007)).await;
    assert_eq!(again.from(), "hit");
    assert!(again.body.contains(&format!("[[{},", aligned + 7)), "{:.300}", again.body);
}

#[tokio::test]
async fn what_only_it_says_is_passed_on() {
    let Some(victoria) = VictoriaMetrics::start().await else { return };
    let gateway = Gateway::start_with(&victoria.url, |config| config.proxy.flavour = Flavour::VictoriaMetrics).await;
    let client = http_client();
    for (path, status) in [
        ("query?query=sum(&time=1760010000", 422),
        ("query_range?query=sum(&start=1760010000&end=1760011000&step=15", 422),
        // MetricsQL: not parsed here, so asked as it is.
        ("query_range?query=rate(requests_total)+keep_metric_names&start=1760010000&end=1760011000&step=15", 200),
        ("query_range?query=WITH+(x%3Drequests_total)+x&start=1760010000&end=1760011000&step=15", 200),
        ("status/buildinfo", 200),
    ] {
        let path = path.to_owned();
        let ours = Reply::of(client.get(format!("{}/api/v1/{path}", gateway.url))).await;
        let with_nocache = if path.starts_with("query_range") { format!("{path}&nocache=1") } else { path.clone() };
        let direct = Reply::of(client.get(format!("{}api/v1/{with_nocache}", victoria.url))).await;
        assert_eq!((ours.status, direct.status), (status, status), "{path}: {}", ours.body);
        assert_eq!(without_stats(&ours.body), without_stats(&direct.body), "{path}");
    }
}

/// How long it took is not part of an answer.
fn without_stats(body: &str) -> serde_json::Value {
    let mut body: serde_json::Value = serde_json::from_str(body).unwrap();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("stats");
    }
    body
}
