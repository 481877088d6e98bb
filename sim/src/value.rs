//! How each recorded series moves: a rule per series, found once, and its value for a server at an instant.

use crate::cores::part_of;
use crate::fleet::{Fate, GPU_FALLS_EVERY, Kind, Server};
use crate::waves::share;

/// What a series shows.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    /// What was recorded.
    Same(f64),
    /// A counter that grows by so much a second while the server is as busy as it is on average.
    Grows(f64),
    /// Seconds of something that is busy as the server is: this share of them.
    Busy(f64),
    /// Seconds of a busy CPU: this share of them.
    Working(usize, f64),
    /// Seconds that the CPU was not busy.
    Idle(usize),
    Boot,
    Clock,
    /// The processes that run or wait, as an average of the last so many seconds.
    Load(f64),
    /// This share of the memory, less what is in use times the second share.
    Memory(f64, f64),
    /// Of a file system of so many units, what is free.
    Free(f64),
    /// How many CPUs there are.
    Cores,
    /// What a rule makes of `Grows`: by how much it grew per second.
    Rate(f64),
    /// What a rule makes of all CPUs: the share of their time in which they did work.
    Utilization,
    /// The used share of the disk.
    Full,
    /// Degrees of a sensor: from so many idle to so many busy, where it is cool.
    Heat(f64, f64),
    /// GPU `index`: from so much idle to so much busy.
    Gpu(usize, f64, f64),
    /// Only while a GPU is broken, an event every so many seconds.
    Broken(f64),
    /// The same, and no series at all where no GPU is broken.
    Xids(f64),
    /// The XID of the last such event.
    LastXid,
    /// When that was.
    LastXidAt(f64),
    /// Whether the second GPU is on the bus.
    OnBus,
    /// How often it fell off since the boot; no series where it never does.
    FallsOff,
    /// When it last did.
    FellOffAt,
    /// Seconds for which something held the clocks back: only where the fate is this.
    HeldBack(Fate, f64),
}

const GIB: f64 = 1_073_741_824.0;
/// Every recorded file system is this large, so that it fills alike on all servers.
const DISK: f64 = 1_000.0 * GIB;
/// Seconds between two XIDs of a broken GPU.
const BROKEN_EVERY: f64 = 3_600.0;
/// Bytes a second while a server is as busy as it is on average.
const NETWORK_RECEIVED: f64 = 30e6;
const NETWORK_SENT: f64 = 45e6;
const DISK_READ: f64 = 20e6;
const DISK_WRITTEN: f64 = 35e6;
/// Of busy CPU time; waiting for a disk is not work.
const IOWAIT: f64 = 0.06;
/// Processes that run or wait per CPU that is wholly busy.
const LOAD_OF_A_CPU: f64 = 1.2;
/// Seconds that the recording rules look back.
const WINDOW: f64 = 30.0;
/// Seconds that a heat sink takes to follow the load.
const WARMS_WITHIN: f64 = 120.0;
/// A recorded counter is taken for what half a day made of it.
const RECORDED_AFTER: f64 = 43_200.0;

/// The rule of a recorded series.
pub(crate) fn rule(name: &str, series: &str, kind: Kind, counter: bool, recorded: f64) -> Rule {
    let gpu = usize::from(series.contains("gpu=\"1\""));
    let first_gpu = gpu == 0;
    match name {
        "node_boot_time_seconds" | "process_start_time_seconds" => Rule::Boot,
        "node_time_seconds" => Rule::Clock,
        "node_cpu_seconds_total" => cpu(series),
        "node_load1" => Rule::Load(60.0),
        "node_load5" => Rule::Load(300.0),
        "node_load15" => Rule::Load(900.0),
        "node_memory_MemTotal_bytes" => Rule::Memory(1.0, 0.0),
        "node_memory_MemAvailable_bytes" => Rule::Memory(0.9, 0.7),
        "node_memory_MemFree_bytes" => Rule::Memory(0.75, 0.7),
        "node_memory_Cached_bytes" => Rule::Memory(0.12, 0.0),
        "node_memory_Buffers_bytes" => Rule::Memory(0.02, 0.0),
        "node_filesystem_size_bytes" => Rule::Same(DISK),
        "node_filesystem_avail_bytes" | "node_filesystem_free_bytes" => Rule::Free(DISK),
        "node_network_receive_bytes_total" if series.contains("eth0") => Rule::Grows(NETWORK_RECEIVED),
        "node_network_transmit_bytes_total" if series.contains("eth0") => Rule::Grows(NETWORK_SENT),
        "node_disk_read_bytes_total" => Rule::Grows(DISK_READ),
        "node_disk_written_bytes_total" => Rule::Grows(DISK_WRITTEN),
        "node_disk_reads_completed_total" | "node_disk_writes_completed_total" => Rule::Grows(600.0),
        "node_disk_io_time_seconds_total" => Rule::Busy(0.6),
        "instance:node_cpus:count" => Rule::Cores,
        "instance:node_cpu_utilization:ratio" => Rule::Utilization,
        "instance:node_disk_read_bytes:rate30s" => Rule::Rate(DISK_READ),
        "instance:node_disk_written_bytes:rate30s" => Rule::Rate(DISK_WRITTEN),
        "instance:node_network_receive_bytes:rate30s" => Rule::Rate(NETWORK_RECEIVED),
        "instance:node_network_transmit_bytes:rate30s" => Rule::Rate(NETWORK_SENT),
        "instance:node_filesystem_size_bytes:sum" | "instance:node_filesystem_fullest_size:bytes" => Rule::Same(DISK),
        "instance:node_filesystem_free_bytes:sum" | "instance:node_filesystem_fullest_avail:bytes" => Rule::Free(DISK),
        "instance:node_filesystem_fullest:ratio" => Rule::Full,
        "node_hwmon_temp_celsius" => temperature(series),
        // Without a sensor there is no data, which is no success.
        "node_scrape_collector_success" if series.contains("\"hwmon\"") => {
            Rule::Same(f64::from(u8::from(kind.sockets() > 0)))
        }
        "node_pressure_cpu_waiting_seconds_total" => Rule::Busy(0.2),
        "node_pressure_io_waiting_seconds_total" => Rule::Busy(0.1),
        "node_pressure_io_stalled_seconds_total" => Rule::Busy(0.05),
        "DCGM_FI_DEV_GPU_UTIL" => Rule::Gpu(gpu, 0.0, 100.0),
        "DCGM_FI_DEV_MEM_COPY_UTIL" => Rule::Gpu(gpu, 0.0, 60.0),
        "DCGM_FI_DEV_GPU_TEMP" => Rule::Gpu(gpu, 31.0, 84.0),
        "DCGM_FI_DEV_MEMORY_TEMP" => Rule::Gpu(gpu, 35.0, 92.0),
        "DCGM_FI_DEV_POWER_USAGE" => Rule::Gpu(gpu, 68.0, 690.0),
        "DCGM_FI_DEV_SM_CLOCK" => Rule::Gpu(gpu, 345.0, 1_980.0),
        "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION" => Rule::Grows(400e3),
        "DCGM_FI_DEV_XID_ERRORS" if first_gpu => Rule::LastXid,
        "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL" if first_gpu => Rule::Broken(120.0),
        "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL" if first_gpu => Rule::Broken(7_200.0),
        "sightline_gpu_up" if !first_gpu => Rule::OnBus,
        "sightline_gpu_xid_errors_total" if first_gpu => Rule::Xids(BROKEN_EVERY),
        "sightline_gpu_xid_errors_total" => Rule::FallsOff,
        "sightline_gpu_xid_last_timestamp_seconds" if first_gpu => Rule::LastXidAt(BROKEN_EVERY),
        "sightline_gpu_xid_last_timestamp_seconds" => Rule::FellOffAt,
        "sightline_gpu_process_utilization_ratio" => Rule::Gpu(gpu, 0.0, 0.97),
        "sightline_gpu_clock_event_seconds_total" if series.contains("sw_power_cap") => {
            Rule::HeldBack(Fate::CappedGpus, 0.85)
        }
        "sightline_gpu_clock_event_seconds_total" if series.contains("sw_thermal_slowdown") => {
            Rule::HeldBack(Fate::HotGpus, 0.35)
        }
        "sightline_gpu_clock_event_seconds_total" | "sightline_gpu_clock_event_active" => Rule::Same(0.0),
        _ if name.starts_with("DCGM_FI_PROF_") && recorded > 0.0 => Rule::Gpu(gpu, 0.0, recorded),
        _ if counter => Rule::Grows(recorded / RECORDED_AFTER),
        _ => Rule::Same(recorded),
    }
}

fn cpu(series: &str) -> Rule {
    let label = |name: &str| {
        let (_, rest) = series.split_once(&format!("{name}=\""))?;
        Some(rest.split_once('"')?.0)
    };
    let number = label("cpu").and_then(|it| it.parse().ok()).unwrap_or(0);
    match label("mode") {
        Some("idle") => Rule::Idle(number),
        Some("user") => Rule::Working(number, 0.7),
        Some("system") => Rule::Working(number, 0.2),
        Some("iowait") => Rule::Working(number, IOWAIT),
        Some("softirq") => Rule::Working(number, 0.04),
        _ => Rule::Same(0.0),
    }
}

fn temperature(series: &str) -> Rule {
    if series.contains("nvme") {
        Rule::Heat(30.0, 46.0)
    } else if series.contains("sensor=\"temp1\"") {
        Rule::Heat(34.0, 72.0)
    } else {
        Rule::Heat(31.0, 69.0)
    }
}

impl Rule {
    /// What `server` shows at `at`; none where it has no such series.
    pub(crate) fn value(&self, server: &Server, at: f64) -> Option<f64> {
        let boot = server.boot(at);
        let up = at - boot;
        let busy = |from, to| server.busy.between(from, to);
        let value = match *self {
            Self::Same(value) => value,
            Self::Grows(rate) => (rate * busy(boot, at) / server.busy.mean()).floor(),
            Self::Busy(part) => hundredths(part * busy(boot, at)),
            Self::Working(cpu, part) => hundredths(part * server.busy.part_between(&part_of(server, cpu), boot, at)),
            Self::Idle(cpu) => hundredths(up - server.busy.part_between(&part_of(server, cpu), boot, at)),
            Self::Boot => boot.floor(),
            Self::Clock => server.clock(at),
            #[expect(clippy::cast_precision_loss, reason = "a handful of CPUs")]
            Self::Load(within) => {
                // The kernel begins with none.
                let known = 1.0 - (-up / within).exp();
                hundredths(LOAD_OF_A_CPU * server.kind.cores() as f64 * known * server.busy.smoothed(at, within))
            }
            Self::Memory(all, used) => (server.kind.memory() * (all - used * server.busy.at(at))).floor(),
            Self::Free(size) => (size * (1.0 - server.full(at))).floor(),
            #[expect(clippy::cast_precision_loss, reason = "a handful of CPUs")]
            Self::Cores => server.kind.cores() as f64,
            Self::Rate(rate) => rate * busy(at - WINDOW, at) / WINDOW / server.busy.mean(),
            Self::Utilization => (1.0 - IOWAIT) * busy(at - WINDOW, at) / WINDOW,
            Self::Full => server.full(at),
            Self::Heat(idle, hot) => {
                let load = busy(at - WARMS_WITHIN, at) / WARMS_WITHIN;
                (idle + (hot - idle) * load + server.warmth()).round()
            }
            Self::Gpu(index, idle, busy) => hundredths(idle + (busy - idle) * gpu_busy(server, index, at)),
            Self::Xids(_) if server.fate != Fate::BrokenGpu => return None,
            Self::Xids(every) => (up / every).floor(),
            Self::Broken(every) if server.fate == Fate::BrokenGpu => (up / every).floor(),
            Self::LastXid if server.fate == Fate::BrokenGpu && up >= 3_600.0 => 63.0,
            Self::Broken(_) | Self::LastXid => 0.0,
            Self::LastXidAt(every) if server.fate == Fate::BrokenGpu && up >= every => {
                (boot + (up / every).floor() * every).floor()
            }
            Self::LastXidAt(_) => return None,
            Self::OnBus => f64::from(u8::from(!server.lacks_gpu(at))),
            Self::FellOffAt => server.gpu_fell_off(at)?,
            Self::FallsOff => {
                let (now, then) = (server.gpu_fell_off(at)?, server.gpu_fell_off(boot)?);
                ((now - then) / GPU_FALLS_EVERY).round()
            }
            Self::HeldBack(fate, part) if server.fate == fate => hundredths(part * up),
            Self::HeldBack(..) => 0.0,
        };
        Some(value)
    }
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn gpu_busy(server: &Server, index: usize, at: f64) -> f64 {
    match server.fate {
        Fate::IdleGpus => 0.0,
        _ => server.busy.at(at + 500.0 * share(server.seed, 20 + index as u64)),
    }
}
