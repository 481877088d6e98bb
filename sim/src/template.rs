//! A recorded scrape, made into lines that only lack their values.
//!
//! Each kind of server has one template that all of its servers share: the recorded series, with a CPU's lines repeated for every
//! CPU of that kind. What remains per scrape is to copy text and to write numbers.

use crate::fleet::{Kind, Server};
use crate::value::{Rule, rule};

const HOST: &str = include_str!("../recorded/host.prom");
const SENSORS: &str = include_str!("../recorded/sensors.prom");
const GPU: &str = include_str!("../recorded/gpu.prom");
const RULES: &str = include_str!("../recorded/rules.prom");
/// Stand in the recorded scrapes for what is each server's own.
const MARKS: [(&str, Own); 3] = [("@HOST@", Own::Name), ("@SEED@", Own::Seed), ("@ADDRESS@", Own::Address)];

/// How much of what an exporter has is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Families {
    /// Every family of the exporter's default collectors, with what CPUs and addresses are told when they are asked for.
    Full,
    /// What the gateway, its rules and its panels read.
    Lean,
    /// What the gateway's snapshot reads, with the recording rules' own series, which spares Prometheus the rules.
    Snapshot,
}

/// Lines that lack their values.
pub(crate) struct Template {
    lines: Vec<Line>,
}

/// A series that lacks its value.
pub(crate) struct Line {
    /// `# HELP` and `# TYPE`, before a family's first sample.
    header: String,
    /// Name and labels, cut where a mark stood.
    pieces: Vec<Piece>,
    rule: Rule,
    /// True for a rule's sum over a server.
    pub(crate) is_sum: bool,
    /// Told by the second GPU itself: not there while the GPU is not.
    of_second_gpu: bool,
}

enum Piece {
    Text(String),
    Own(Own),
}

#[derive(Clone, Copy)]
enum Own {
    Name,
    /// Eight digits of it.
    Seed,
    Address,
}

impl Template {
    /// The template of a kind of server.
    pub(crate) fn new(kind: Kind, families: Families) -> Self {
        let mut recorded = vec![HOST];
        if kind.sockets() > 0 {
            recorded.push(SENSORS);
        }
        if kind == Kind::Ai {
            recorded.push(GPU);
        }
        if families == Families::Snapshot {
            recorded.push(RULES);
        }
        let mut lines = Vec::new();
        for text in recorded {
            let (mut header, mut counter) = (String::new(), false);
            for line in text.lines() {
                if line.starts_with('#') {
                    counter = line.ends_with(" counter");
                    header.push_str(line);
                    header.push('\n');
                    continue;
                }
                let (series, value) = line.rsplit_once(' ').expect("a recorded line is a series and a value");
                let value = value.parse().expect("a recorded value is a number");
                let name = series.split('{').next().unwrap_or(series);
                let is_wanted = match families {
                    Families::Full => true,
                    Families::Lean => is_lean(name),
                    Families::Snapshot => is_snapshot(name, series),
                };
                if !is_wanted {
                    header.clear();
                    continue;
                }
                for series in repeated(series, kind) {
                    let rule = rule(name, &series, kind, counter, value);
                    let (header, pieces) = (std::mem::take(&mut header), pieces(&series));
                    let is_sum = name.starts_with("instance:");
                    let of_second_gpu = series.contains("gpu=\"1\"") && !survives(name);
                    lines.push(Line { header, pieces, rule, is_sum, of_second_gpu });
                }
            }
        }
        Self { lines }
    }

    /// The server's exposition at `at`.
    pub(crate) fn exposition(&self, server: &Server, at: f64, out: &mut String) {
        for line in &self.lines {
            out.push_str(&line.header);
            if let Some(value) = line.value(server, at) {
                line.series(server, out);
                push_value(value, out);
                out.push('\n');
            }
        }
    }

    /// True when it has series that recording rules make.
    pub(crate) fn has_rules(&self) -> bool {
        self.lines.iter().any(|line| line.is_sum)
    }

    /// Calls `visit` with every series of the server and its line.
    pub(crate) fn each_series(&self, server: &Server, mut visit: impl FnMut(&str, &Line)) {
        let mut series = String::new();
        for line in &self.lines {
            series.clear();
            line.series(server, &mut series);
            visit(&series, line);
        }
    }
}

impl Line {
    /// What `server` shows at `at`; none where it has no such series then.
    pub(crate) fn value(&self, server: &Server, at: f64) -> Option<f64> {
        let gone = self.of_second_gpu && server.lacks_gpu(at);
        self.rule.value(server, at).filter(|_| !gone)
    }

    fn series(&self, server: &Server, out: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Own(Own::Name) => out.push_str(&server.name),
                Piece::Own(Own::Seed) => out.push_str(&format!("{:08x}", server.seed >> 32)),
                Piece::Own(Own::Address) => out.push_str(&server.address.to_string()),
            }
        }
    }
}

/// A space and the number as Prometheus reads it: whole numbers without a fraction.
fn push_value(value: f64, out: &mut String) {
    out.push(' ');
    #[expect(clippy::cast_possible_truncation, reason = "only taken where it is the same number")]
    let whole = value as i64;
    #[expect(clippy::cast_precision_loss, reason = "that is what is compared")]
    let same = whole as f64 == value;
    if same {
        out.push_str(itoa::Buffer::new().format(whole));
    } else {
        out.push_str(zmij::Buffer::new().format(value));
    }
}

/// The series itself, or the first CPU's once for every CPU of this kind. The other recorded CPUs are left out, and the sensors
/// of sockets that this kind lacks.
fn repeated(series: &str, kind: Kind) -> Vec<String> {
    if series.contains("cpu=\"0\"") {
        (0..kind.cores()).map(|cpu| of_cpu(series, cpu, kind)).collect()
    } else if series.contains("cpu=\"") || (series.contains("coretemp_1") && kind.sockets() < 2) {
        Vec::new()
    } else {
        vec![series.to_owned()]
    }
}

/// The first CPU's series as another's. Two CPUs share a core, as hyperthreads do.
fn of_cpu(series: &str, cpu: usize, kind: Kind) -> String {
    let per_socket = kind.cores() / kind.sockets().max(1);
    series
        .replace("cpu=\"0\"", &format!("cpu=\"{cpu}\""))
        .replace("core=\"0\"", &format!("core=\"{}\"", cpu % per_socket / 2))
        .replace("package=\"0\"", &format!("package=\"{}\"", cpu / per_socket))
}

/// Cuts a series where a mark stands.
fn pieces(mut series: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while let Some((at, mark, own)) =
        MARKS.iter().filter_map(|(mark, own)| Some((series.find(mark)?, mark, *own))).min_by_key(|found| found.0)
    {
        pieces.extend([Piece::Text(series[..at].to_owned()), Piece::Own(own)]);
        series = &series[at + mark.len()..];
    }
    pieces.push(Piece::Text(series.to_owned()));
    pieces
}

/// What the exporter says of a GPU that does not answer.
fn survives(name: &str) -> bool {
    name == "sightline_gpu_up" || name.starts_with("sightline_gpu_xid_")
}

fn is_lean(name: &str) -> bool {
    const PREFIXES: [&str; 20] = [
        "DCGM_FI_DEV_",
        "DCGM_FI_PROF_",
        "node_boot_time_seconds",
        "node_cpu_seconds_total",
        "node_filefd_",
        "node_filesystem_",
        "node_load",
        "node_pressure_",
        "node_procs_",
        "node_sockstat_TCP_",
        "node_time_seconds",
        "node_uname_info",
        "sightline_gpu_clock_event_seconds_total",
        "sightline_gpu_ecc_errors_total",
        "sightline_gpu_expected",
        "sightline_gpu_nvlink_errors_total",
        "sightline_gpu_power_limit_watts",
        "sightline_gpu_process_",
        "sightline_gpu_up",
        "sightline_gpu_xid_",
    ];
    const NAMES: [&str; 27] = [
        "node_cpu_info",
        "node_disk_io_time_seconds_total",
        "node_disk_read_bytes_total",
        "node_disk_read_time_seconds_total",
        "node_disk_reads_completed_total",
        "node_disk_write_time_seconds_total",
        "node_disk_writes_completed_total",
        "node_disk_written_bytes_total",
        "node_hwmon_sensor_label",
        "node_hwmon_temp_celsius",
        "node_memory_Buffers_bytes",
        "node_memory_Cached_bytes",
        "node_memory_MemAvailable_bytes",
        "node_memory_MemFree_bytes",
        "node_memory_MemTotal_bytes",
        "node_memory_SwapFree_bytes",
        "node_memory_SwapTotal_bytes",
        "node_network_address_info",
        "node_network_receive_bytes_total",
        "node_network_receive_drop_total",
        "node_network_receive_errs_total",
        "node_network_speed_bytes",
        "node_network_transmit_bytes_total",
        "node_network_transmit_drop_total",
        "node_network_transmit_errs_total",
        "node_network_up",
        "node_os_info",
    ];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn is_snapshot(name: &str, series: &str) -> bool {
    const NAMES: [&str; 25] = [
        "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL",
        "DCGM_FI_DEV_FB_FREE",
        "DCGM_FI_DEV_FB_RESERVED",
        "DCGM_FI_DEV_FB_USED",
        "DCGM_FI_DEV_GPU_TEMP",
        "DCGM_FI_DEV_GPU_UTIL",
        "DCGM_FI_DEV_POWER_USAGE",
        "DCGM_FI_DEV_ROW_REMAP_FAILURE",
        "DCGM_FI_DEV_ROW_REMAP_PENDING",
        "DCGM_FI_DEV_XID_ERRORS",
        "node_boot_time_seconds",
        "node_load1",
        "node_load15",
        "node_load5",
        "node_memory_MemAvailable_bytes",
        "node_memory_MemTotal_bytes",
        "node_memory_SwapFree_bytes",
        "node_memory_SwapTotal_bytes",
        "node_time_seconds",
        "node_uname_info",
        "sightline_gpu_clock_event_seconds_total",
        "sightline_gpu_ecc_errors_total",
        "sightline_gpu_expected",
        "sightline_gpu_up",
        "sightline_gpu_xid_last_timestamp_seconds",
    ];
    // One sensor of each chip: the hottest counts, and a core is no hotter than its package.
    let is_hottest = name == "node_hwmon_temp_celsius" && series.contains("sensor=\"temp1\"");
    NAMES.contains(&name) || name.starts_with("instance:") || is_hottest
}
