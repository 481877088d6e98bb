//! A Prometheus of our own, with our recording rules, for the time of a test.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Prometheus {
    pub(crate) url: String,
    process: Child,
    _folder: TempDir,
}

const MISSING: &str = "this test needs Prometheus: install Debian's package `prometheus`, or name the program with \
    PROMETHEUS_BIN";

impl Prometheus {
    /// Scrapes `target` and evaluates the rules every second.
    pub(crate) async fn start(target: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rules = [
            ("recording.yml", include_str!("../../../prometheus/rules/recording.yml")),
            ("sums.yml", include_str!("../../../prometheus/rules/sums.yml")),
        ];
        for (name, text) in rules {
            std::fs::write(folder.path().join(name), text.replace("interval: 5s", "interval: 1s")).unwrap();
        }
        let config = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [recording.yml, sums.yml]\nscrape_configs:\n  - job_name: node\n    \
             static_configs:\n      - targets: ['{target}']\n        labels: {{instance: 'web-1:9100'}}\n"
        );
        std::fs::write(folder.path().join("prometheus.yml"), config).unwrap();
        // Free at this moment, and nobody else asks for ports of their own choice here.
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let program = std::env::var_os("PROMETHEUS_BIN").map_or_else(|| PathBuf::from("prometheus"), PathBuf::from);
        let process = Command::new(&program)
            .arg(format!("--config.file={}", folder.path().join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started ({error}); {MISSING}", program.display()));
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { url: format!("http://{address}/"), process, _folder: folder }
    }

    /// Rates need two samples, and rules need rates.
    pub(crate) async fn until_there_are_rates(&self) {
        for _ in 0..300 {
            if let Ok(answer) = self.ask("query", &[("query", "instance:node_cpu_utilization:ratio > 0")]).await
                && answer["data"]["result"].as_array().is_some_and(|series| !series.is_empty())
            {
                // A few more scrapes, so that rates of rules and of plain expressions have settled.
                return tokio::time::sleep(Duration::from_secs(4)).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("Prometheus has no rates after 30 s");
    }

    /// The tag, or else the name, of every series that an expression answers.
    pub(crate) async fn tags(&self, expression: &str) -> Vec<String> {
        let answer = self.ask("query", &[("query", expression)]).await.unwrap();
        let series = answer["data"]["result"].as_array().unwrap_or_else(|| panic!("{answer} for {expression}")).clone();
        series.iter().map(|it| tag(&it["metric"])).collect()
    }

    /// As [`Self::tags`], asked again until all of `expected` are there: a subquery looks at whole multiples of its step only,
    /// of which the first may be 15 s away.
    pub(crate) async fn tags_when_there(&self, expression: &str, expected: &[String]) -> Vec<String> {
        for _ in 0..200 {
            let found = self.tags(expression).await;
            if expected.iter().all(|tag| found.contains(tag)) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.tags(expression).await
    }

    pub(crate) async fn values(&self, expression: &str) -> BTreeMap<String, f64> {
        let answer = self.ask("query", &[("query", expression)]).await.unwrap();
        let series = answer["data"]["result"].as_array().unwrap().clone();
        series.iter().map(|it| (tag(&it["metric"]), it["value"][1].as_str().unwrap().parse().unwrap())).collect()
    }

    pub(crate) async fn series_over_time(&self, expression: &str) -> usize {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let (start, end) = ((now - 5).to_string(), now.to_string());
        let parameters = [("query", expression), ("start", &start), ("end", &end), ("step", "1")];
        let answer = self.ask("query_range", &parameters).await.unwrap();
        answer["data"]["result"].as_array().unwrap_or_else(|| panic!("{answer} for {expression}")).len()
    }

    async fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Value, reqwest::Error> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let request = client().post(format!("{}api/v1/{path}", self.url)).body(form);
        let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await?;
        Ok(serde_json::from_str(&answer.text().await?).unwrap_or_default())
    }
}

fn tag(labels: &Value) -> String {
    labels.get("series").or(labels.get("__name__")).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap()
}

pub(crate) async fn get_json(url: &str) -> Value {
    let text = client().get(url).send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // Its data goes with the folder; there is nothing to save.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
