//! The exporter's figures about itself: build, process, and the requests for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Resource, getrlimit};

use crate::sample::{Families, Value};
use crate::source::{KeptFile, text};

/// `--version`.
pub(crate) fn version() -> String {
    format!("sightline-exporter, version {} ({})", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH)
}

/// Requests for metrics so far, under the names of Go's promhttp, which dashboards know.
#[derive(Default)]
pub(crate) struct Requests {
    in_flight: AtomicU64,
    ok: AtomicU64,
    bad: AtomicU64,
    busy: AtomicU64,
    duplicates: AtomicU64,
}

/// How a request for metrics ended.
#[derive(Clone, Copy)]
pub(crate) enum Answered {
    Ok,
    BadRequest,
    Unavailable,
}

impl Requests {
    /// Counts a request in, unless there are `most` already.
    pub(crate) fn enter(&self, most: usize) -> bool {
        let before = self.in_flight.fetch_add(1, Ordering::Relaxed);
        let room = most == 0 || before < most as u64;
        if !room {
            self.in_flight.fetch_sub(1, Ordering::Relaxed);
        }
        room
    }

    pub(crate) fn leave(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn count(&self, answered: Answered) {
        let counter = match answered {
            Answered::Ok => &self.ok,
            Answered::BadRequest => &self.bad,
            Answered::Unavailable => &self.busy,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts series that were left out of an answer because they were given twice.
    pub(crate) fn count_duplicates(&self, series: usize) {
        self.duplicates.fetch_add(series as u64, Ordering::Relaxed);
    }

    fn write(&self, out: &mut Families) {
        out.counter_value(
            "sightline_exporter_duplicate_series_total",
            "Series left out of answers because they were given twice, as by a text file that repeats a collector.",
            self.duplicates.load(Ordering::Relaxed),
        );
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        out.gauge_value("promhttp_metric_handler_requests_in_flight", "Requests for metrics under way.", in_flight);
        let total = out.counter("promhttp_metric_handler_requests_total", "Requests for metrics, by status code.");
        for (code, count) in [("200", &self.ok), ("400", &self.bad), ("503", &self.busy)] {
            out.add(total, &[("code", code)], count.load(Ordering::Relaxed));
        }
    }
}

/// What tells about the process; the files stay open like a collector's.
pub(crate) struct Own {
    stat: KeptFile,
    buffer: Vec<u8>,
    boot_time: Option<f64>,
}

impl Own {
    pub(crate) fn new() -> Self {
        let boot_time = std::fs::read("/proc/stat").ok().and_then(|stat| parse_boot_time(&stat));
        Own { stat: KeptFile::new("/proc/self/stat".into()), buffer: Vec::new(), boot_time }
    }

    pub(crate) fn write_build(out: &mut Families) {
        let build = out.gauge("sightline_exporter_build_info", "1, labelled by what was built.");
        let labels = [("version", env!("CARGO_PKG_VERSION")), ("arch", std::env::consts::ARCH)];
        out.add(build, &labels, 1u64);
    }

    /// `process_*` as Prometheus' client libraries name them. What cannot be read is left out.
    pub(crate) fn write(&mut self, requests: &Requests, out: &mut Families) {
        requests.write(out);
        if let Some(process) = self.stat.read_record(&mut self.buffer).ok().and_then(Process::parse) {
            out.counter_value("process_cpu_seconds_total", "CPU time of the process, in seconds.", process.cpu_seconds);
            out.gauge_value("process_resident_memory_bytes", "Resident memory, in bytes.", process.resident_bytes);
            out.gauge_value("process_virtual_memory_bytes", "Virtual memory, in bytes.", process.virtual_bytes);
            out.gauge_value("process_threads", "Threads of the process.", process.threads);
            if let Some(boot) = self.boot_time {
                let start = boot + process.start_seconds;
                out.gauge_value("process_start_time_seconds", "When the process started, in Unix time.", start);
            }
        }
        if let Some(open) = open_files() {
            out.gauge_value("process_open_fds", "Open file descriptors.", open);
        }
        if let Some(most) = getrlimit(Resource::Nofile).current {
            out.gauge_value("process_max_fds", "Most file descriptors that may be open.", most);
        }
        let most = getrlimit(Resource::As).current.map_or(UNLIMITED, Value::from);
        out.gauge_value("process_virtual_memory_max_bytes", "Most virtual memory, in bytes.", most);
    }
}

/// No limit, as Go's client library says it.
const UNLIMITED: Value = Value::Float(18_446_744_073_709_551_615.0);

/// How many descriptors are open: since Linux 6.2 the size of the folder, which spares a look at each of them.
fn open_files() -> Option<u64> {
    const FOLDER: &str = "/proc/self/fd";
    let size = u64::try_from(rustix::fs::stat(FOLDER).ok()?.st_size).ok()?;
    if size > 0 {
        return Some(size);
    }
    // One of them is the folder that is being read.
    std::fs::read_dir(FOLDER).ok().map(|open| open.count().saturating_sub(1) as u64)
}

/// `USER_HZ`, the unit of times in procfs: 100 on every architecture that Linux still supports but Alpha and IA-64.
const TICKS_PER_SECOND: f64 = 100.0;

struct Process {
    cpu_seconds: f64,
    start_seconds: f64,
    virtual_bytes: u64,
    resident_bytes: u64,
    threads: u64,
}

impl Process {
    /// Parses `/proc/self/stat`; see `proc_pid_stat(5)`. The name, in parentheses, may hold anything.
    fn parse(stat: &[u8]) -> Option<Self> {
        let after_name = &stat[stat.iter().rposition(|&byte| byte == b')')? + 1..];
        let fields: Vec<u64> = text::fields(after_name).map(|field| text::number(field).unwrap_or(0)).collect();
        // `fields[0]` is the third field of the manual's list.
        let field = |number: usize| fields.get(number - 3).copied();
        #[expect(clippy::cast_precision_loss, reason = "ticks since boot stay far below 2⁵³")]
        let seconds = |ticks: u64| ticks as f64 / TICKS_PER_SECOND;
        Some(Process {
            cpu_seconds: seconds(field(14)? + field(15)?),
            threads: field(20)?,
            start_seconds: seconds(field(22)?),
            virtual_bytes: field(23)?,
            resident_bytes: field(24)? * rustix::param::page_size() as u64,
        })
    }
}

fn parse_boot_time(stat: &[u8]) -> Option<f64> {
    text::lines(stat).find_map(|line| line.strip_prefix(b"btime ")).and_then(text::number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_may_look_like_fields() {
        let stat = b"42 (a) b 1 2) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 3 0 1000 4096000 7 184467";
        let process = Process::parse(stat).unwrap();
        assert_eq!((process.cpu_seconds, process.start_seconds, process.threads), (2.0, 10.0, 3));
        assert_eq!(process.resident_bytes, 7 * rustix::param::page_size() as u64);
    }

    #[test]
    fn open_files_are_counted() {
        let before = open_files().unwrap();
        let files: Vec<_> = (0..100).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
        assert!(open_files().unwrap() >= before + 50, "other tests close some of theirs meanwhile");
        drop(files);
    }

    #[test]
    fn requests_beyond_the_limit_are_turned_away() {
        let requests = Requests::default();
        assert!(requests.enter(1));
        assert!(!requests.enter(1));
        requests.leave();
        assert!(requests.enter(1));
        assert!(requests.enter(0), "0 is no limit");
    }
}
