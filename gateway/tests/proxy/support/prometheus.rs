//! A real Prometheus on a port of its own, filled with the samples.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::samples;

/// Ends with this value.
pub(crate) struct Prometheus {
    child: Child,
    pub(crate) url: String,
    _folder: tempfile::TempDir,
}

/// The program for a test, or the words on how to get it.
pub(crate) fn program(name: &str, variable: &str, package: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return PathBuf::from(path);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("`{name}` is needed for this test: install it (apt-get install {package}), or name it in {variable}")
    })
}

/// The blocks are made once for all tests of a run.
static BLOCKS: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("samples.txt");
    std::fs::write(&text, samples::openmetrics()).unwrap();
    let output = Command::new(program("promtool", "PROMTOOL_BIN", "prometheus"))
        .args(["tsdb", "create-blocks-from", "--max-block-duration=768h", "--quiet", "openmetrics"])
        .args([&text, &folder.path().join("blocks")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
});

pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Prometheus {
    /// With the samples of [`samples`].
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(&BLOCKS.path().join("blocks"), &folder.path().join("data"));
        std::fs::write(folder.path().join("prometheus.yml"), "scrape_configs: []\n").unwrap();
        let port = free_port();
        let child = Command::new(program("prometheus", "PROMETHEUS_BIN", "prometheus"))
            .arg(format!("--config.file={}", folder.path().join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args([
                "--storage.tsdb.retention.time=100y",
                "--log.level=error",
                "--enable-feature=promql-negative-offset,promql-at-modifier",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let prometheus = Self { child, url: format!("http://127.0.0.1:{port}/"), _folder: folder };
        wait_until_ready(&format!("{}-/ready", prometheus.url)).await;
        prometheus
    }

    /// Ends it now, as a crash would.
    pub(crate) fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        self.kill();
    }
}

pub(crate) async fn wait_until_ready(url: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let client = super::gateway::http_client();
    loop {
        if client.get(url).send().await.is_ok_and(|response| response.status().is_success()) {
            return;
        }
        assert!(Instant::now() < deadline, "{url} is not ready after 30 s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
