//! A machine with GPUs that are not there: the fake NVML library, its scenario, and an exporter that opens it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Exporter;

/// How long the fake library may take to see a new scenario, with room to spare.
const NOTICE: Duration = Duration::from_millis(30);
/// Longer than any change takes to show: a test that waits for this has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct GpuMachine {
    folder: tempfile::TempDir,
    exporter: Exporter,
}

impl GpuMachine {
    /// Starts an exporter with the GPUs of `scenario` and no collector but that for GPUs.
    pub(crate) fn start(scenario: &str, flags: &[&str]) -> Self {
        Self::start_with_library(scenario, tempfile::tempdir().unwrap(), &library(), flags)
    }

    /// The same, with a driver that lacks some functions.
    pub(crate) fn start_without_symbols(scenario: &str, missing: &[&str], flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libnvidia-ml.so.1");
        fs::write(&path, without_symbols(fs::read(library()).unwrap(), missing)).unwrap();
        Self::start_with_library(scenario, folder, &path, flags)
    }

    fn start_with_library(scenario: &str, folder: tempfile::TempDir, library: &Path, flags: &[&str]) -> Self {
        let at = |name: &str| folder.path().join(name).display().to_string();
        for root in ["proc/driver/nvidia/gpus", "sys"] {
            fs::create_dir_all(folder.path().join(root)).unwrap();
        }
        write_scenario(folder.path(), scenario);
        let mut all = vec![
            "--collector.disable-defaults".to_owned(),
            "--collector.gpu".to_owned(),
            format!("--path.procfs={}", at("proc")),
            format!("--path.sysfs={}", at("sys")),
            format!("--collector.gpu.nvml-library={}", library.display()),
        ];
        all.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let environment = [(nvml_fake::SCENARIO_VARIABLE, at("scenario.toml")), ("NODE_NAME", "node-1".to_owned())];
        let exporter = Exporter::start_in(&all, &environment);
        Self { folder, exporter }
    }

    /// Changes what the library answers from now on.
    pub(crate) fn becomes(&self, scenario: &str) {
        write_scenario(self.folder.path(), scenario);
        std::thread::sleep(NOTICE);
    }

    /// Makes the driver list a GPU at this address, as `0000:3b:00.0`.
    pub(crate) fn list_in_driver(&self, address: &str) {
        fs::create_dir_all(self.folder.path().join("proc/driver/nvidia/gpus").join(address)).unwrap();
    }

    /// Writes a file below the machine's `/proc`.
    pub(crate) fn put_in_proc(&self, name: &str, content: &str) {
        let path = self.folder.path().join("proc").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn exporter(&self) -> &Exporter {
        &self.exporter
    }

    /// The lines of GPU families in a scrape, headers left out.
    pub(crate) fn series(&self) -> Vec<String> {
        gpu_lines(&self.exporter.metrics()).filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    }

    /// The same, for a scraper that waits so many seconds.
    pub(crate) fn series_within(&self, seconds: f64) -> Vec<String> {
        let timeout = seconds.to_string();
        let answer = self.exporter.get("/metrics", &[("X-Prometheus-Scrape-Timeout-Seconds", &timeout)]);
        gpu_lines(answer.text()).filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    }

    /// The text of GPU families in a scrape.
    pub(crate) fn text(&self) -> String {
        gpu_lines(&self.exporter.metrics()).flat_map(|line| [line, "\n"]).collect()
    }

    /// Scrapes until the series are as wanted, or fails with what they were last.
    pub(crate) fn wait_for(&self, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let series = self.series();
            if wanted(&series) {
                return series;
            }
            assert!(begun.elapsed() < PATIENCE, "not as wanted:\n{}", series.join("\n"));
            std::thread::sleep(NOTICE);
        }
    }
}

/// The value of the one series that begins with `start`; `None` when there is none.
pub(crate) fn value(series: &[String], start: &str) -> Option<f64> {
    let mut found = series.iter().filter(|line| line.starts_with(start));
    let line = found.next()?;
    assert!(found.next().is_none(), "`{start}` is more than one series");
    Some(line.rsplit_once(' ').unwrap().1.parse().unwrap())
}

fn gpu_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| ["DCGM_", "sightline_gpu_", "collector=\"gpu\""].iter().any(|it| line.contains(it)))
        .filter(|line| !line.starts_with("node_scrape_collector_duration_seconds"))
}

fn write_scenario(folder: &Path, scenario: &str) {
    nvml_fake::scenario::Scenario::parse(scenario).expect("the test's scenario is well formed");
    let new = folder.join("scenario.new");
    fs::write(&new, scenario).unwrap();
    fs::rename(new, folder.join("scenario.toml")).unwrap();
}

/// Cargo builds the library because this package depends on it, and leaves it beside the tests.
fn library() -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_sightline-exporter"));
    binary.parent().unwrap().join("deps/libnvml_fake.so")
}

/// Overwrites the names of functions, so that nobody finds them.
fn without_symbols(mut library: Vec<u8>, missing: &[&str]) -> Vec<u8> {
    for name in missing {
        let wanted: Vec<u8> = [b"\0", name.as_bytes(), b"\0"].concat();
        let places: Vec<usize> =
            (0..library.len() - wanted.len()).filter(|at| library[*at..].starts_with(&wanted)).collect();
        assert!(!places.is_empty(), "the library has no {name}");
        for at in places {
            library[at + 1] = b'X';
        }
    }
    library
}
