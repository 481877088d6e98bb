//! From vectors to details. Pure, and it cannot fail.

use std::collections::{BTreeMap, HashMap};

use crate::gpus::read::Gpus;
use crate::prometheus::promql::TAG;
use crate::prometheus::promql::details::{CORE, MODE};
use crate::prometheus::response::{Labels, Sample};
use crate::wire::server_detail::{Disk, Filesystem, Network, Sensor};

use super::{Details, Subject};

/// A server's details while they are put together: devices by their names, so that they come out in order.
#[derive(Default)]
struct Parts<'a> {
    details: Details,
    filesystems: BTreeMap<(&'a str, &'a str), FilesystemParts>,
    disks: BTreeMap<&'a str, Disk>,
    networks: BTreeMap<&'a str, NetworkParts>,
    gpus: Gpus<'a>,
    sensors: BTreeMap<(&'a str, &'a str), Sensor>,
    cores: BTreeMap<u64, Option<f64>>,
}

#[derive(Default)]
struct FilesystemParts {
    wire: Filesystem,
    free: Option<f64>,
    inodes: Option<f64>,
    inodes_free: Option<f64>,
}

#[derive(Default)]
struct NetworkParts {
    wire: Network,
    /// True for one whose driver does not tell its state, as of the loopback and of tunnels: neither up nor down.
    has_no_state: bool,
    errors: Vec<f64>,
    drops: Vec<f64>,
}

/// The details of every subject, by id; one without samples has empty details.
pub(super) fn build(subjects: &[Subject], gauges: &[Sample<'_>], rates: &[Sample<'_>]) -> HashMap<String, Details> {
    let by_key: HashMap<_, _> =
        subjects.iter().enumerate().map(|(at, it)| ((it.job.as_str(), it.instance.as_str()), at)).collect();
    let by_host: HashMap<_, _> =
        subjects.iter().enumerate().filter_map(|(at, it)| Some((it.nodename.as_deref()?, at))).collect();
    let find = |labels: &Labels<'_>| {
        let own = by_key.get(&(labels.value("job"), labels.value("instance")));
        own.or_else(|| by_host.get(labels.value("Hostname"))).copied()
    };
    let mut parts: Vec<Parts<'_>> = subjects.iter().map(|_| Parts::default()).collect();
    for sample in gauges {
        if let Some(at) = find(&sample.labels) {
            take_gauge(&mut parts[at], sample);
        }
    }
    for sample in rates {
        if let (Some(at), Some(value)) = (find(&sample.labels), sample.finite()) {
            take_rate(&mut parts[at], &sample.labels, value);
        }
    }
    subjects.iter().map(|subject| subject.id.clone()).zip(parts.into_iter().map(Parts::finish)).collect()
}

fn take_gauge<'a>(parts: &mut Parts<'a>, sample: &'a Sample<'_>) {
    let (labels, value) = (&sample.labels, sample.finite());
    let name = labels.value("__name__");
    if let Some(field) = name.strip_prefix("node_memory_") {
        take_memory(parts, field, value);
    } else if let Some(field) = name.strip_prefix("node_filesystem_") {
        take_filesystem(parts, field, labels, value);
    } else if name.is_empty() || name.starts_with("DCGM_FI_") || name.starts_with("sightline_gpu_") {
        // What is counted or made a rate of has no name.
        parts.gpus.take(sample);
    } else {
        take_other(parts, name, labels, value);
    }
}

fn take_memory(parts: &mut Parts<'_>, field: &str, value: Option<f64>) {
    let memory = &mut parts.details.memory;
    match field {
        "MemTotal_bytes" => memory.total_bytes = value,
        "MemAvailable_bytes" => memory.available_bytes = value,
        "MemFree_bytes" => memory.free_bytes = value,
        "Buffers_bytes" => memory.buffers_bytes = value,
        "Cached_bytes" => memory.cached_bytes = value,
        "SwapTotal_bytes" => memory.swap_total_bytes = value,
        "SwapFree_bytes" => memory.swap_free_bytes = value,
        _ => {}
    }
}

fn take_filesystem<'a>(parts: &mut Parts<'a>, field: &str, labels: &'a Labels<'_>, value: Option<f64>) {
    let key = (labels.value("mountpoint"), labels.value("device"));
    let filesystem = parts.filesystems.entry(key).or_default();
    filesystem.wire.fstype = labels.value("fstype").to_owned();
    match field {
        "size_bytes" => filesystem.wire.size_bytes = value,
        "avail_bytes" => filesystem.wire.available_bytes = value,
        "free_bytes" => filesystem.free = value,
        "files" => filesystem.inodes = value,
        "files_free" => filesystem.inodes_free = value,
        "readonly" => filesystem.wire.read_only = value.map(|it| it != 0.0),
        "device_error" => filesystem.wire.device_error = value.map(|it| it != 0.0),
        _ => {}
    }
}

fn take_other<'a>(parts: &mut Parts<'a>, name: &str, labels: &'a Labels<'_>, value: Option<f64>) {
    let label = |name: &str| labels.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let system = &mut parts.details.system;
    match name {
        "node_os_info" => system.os = label("pretty_name").or_else(|| label("name")),
        "node_cpu_info" => system.cpu_model = label("model_name").or(system.cpu_model.take()),
        "node_boot_time_seconds" => system.boot_time = value,
        "node_uname_info" => {
            system.kernel = label("release");
            system.architecture = label("machine");
            system.hostname = label("nodename");
        }
        "node_network_up" => network(parts, labels).wire.up = value.map(|it| it != 0.0),
        "node_network_info" => network(parts, labels).has_no_state = labels.value("operstate") == "unknown",
        // The kernel says -1 where a link has no speed.
        "node_network_speed_bytes" => {
            network(parts, labels).wire.speed_bytes_per_second = value.filter(|&speed| speed > 0.0);
        }
        "node_disk_info" => {
            disk(parts, labels);
        }
        "node_hwmon_temp_celsius" => {
            sensor(parts, labels.value("chip"), labels.value("sensor")).temperature_celsius = value;
        }
        "node_hwmon_sensor_label" => {
            sensor(parts, labels.value("chip"), labels.value("sensor")).label = label("label");
        }
        "node_thermal_zone_temp" => {
            sensor(parts, labels.value("type"), labels.value("zone")).temperature_celsius = value;
        }
        _ => {}
    }
}

fn take_rate<'a>(parts: &mut Parts<'a>, labels: &'a Labels<'_>, value: f64) {
    let tag = labels.value(TAG);
    let rate = Some(value);
    match tag {
        MODE => {
            parts.details.cpu.modes.insert(labels.value("mode").to_owned(), value.max(0.0));
        }
        CORE => {
            if let Ok(core) = labels.value("cpu").parse() {
                parts.cores.insert(core, Some(value.clamp(0.0, 1.0)));
            }
        }
        "node_disk_read_bytes_total" => disk(parts, labels).read_bytes_per_second = rate,
        "node_disk_written_bytes_total" => disk(parts, labels).written_bytes_per_second = rate,
        "node_disk_reads_completed_total" => disk(parts, labels).reads_per_second = rate,
        "node_disk_writes_completed_total" => disk(parts, labels).writes_per_second = rate,
        "node_disk_io_time_seconds_total" => disk(parts, labels).busy_ratio = Some(value.clamp(0.0, 1.0)),
        "node_network_receive_bytes_total" => network(parts, labels).wire.receive_bytes_per_second = rate,
        "node_network_transmit_bytes_total" => network(parts, labels).wire.transmit_bytes_per_second = rate,
        "node_network_receive_errs_total" | "node_network_transmit_errs_total" => {
            network(parts, labels).errors.push(value);
        }
        "node_network_receive_drop_total" | "node_network_transmit_drop_total" => {
            network(parts, labels).drops.push(value);
        }
        _ => take_pressure(parts, tag, value.clamp(0.0, 1.0)),
    }
}

fn take_pressure(parts: &mut Parts<'_>, tag: &str, ratio: f64) {
    let pressure = &mut parts.details.pressure;
    let place = match tag {
        "node_pressure_cpu_waiting_seconds_total" => &mut pressure.cpu_some_ratio,
        "node_pressure_memory_waiting_seconds_total" => &mut pressure.memory_some_ratio,
        "node_pressure_memory_stalled_seconds_total" => &mut pressure.memory_full_ratio,
        "node_pressure_io_waiting_seconds_total" => &mut pressure.io_some_ratio,
        "node_pressure_io_stalled_seconds_total" => &mut pressure.io_full_ratio,
        _ => return,
    };
    *place = Some(ratio);
}

fn disk<'p, 'a>(parts: &'p mut Parts<'a>, labels: &'a Labels<'_>) -> &'p mut Disk {
    parts.disks.entry(labels.value("device")).or_default()
}

fn network<'p, 'a>(parts: &'p mut Parts<'a>, labels: &'a Labels<'_>) -> &'p mut NetworkParts {
    parts.networks.entry(labels.value("device")).or_default()
}

fn sensor<'p, 'a>(parts: &'p mut Parts<'a>, chip: &'a str, sensor: &'a str) -> &'p mut Sensor {
    parts.sensors.entry((chip, sensor)).or_default()
}

impl Parts<'_> {
    fn finish(self) -> Details {
        let mut details = self.details;
        details.cpu.per_core = per_core(&self.cores);
        // So far these are cores; their sum is all of them.
        let cores: f64 = details.cpu.modes.values().sum();
        details.cpu.modes.values_mut().for_each(|mode| *mode = if cores > 0.0 { *mode / cores } else { 0.0 });
        details.filesystems =
            self.filesystems.into_iter().map(|((mountpoint, device), it)| it.finish(mountpoint, device)).collect();
        details.disks =
            self.disks.into_iter().map(|(device, disk)| Disk { device: device.to_owned(), ..disk }).collect();
        details.networks = self.networks.into_iter().map(|(device, it)| it.finish(device)).collect();
        (details.gpus, details.gpu_processes) = self.gpus.finish();
        // A label without a temperature belongs to a fan or a voltage.
        let sensors = self.sensors.into_iter().filter(|(_, sensor)| sensor.temperature_celsius.is_some());
        details.sensors = sensors
            .map(|((chip, name), sensor)| Sensor { chip: chip.to_owned(), sensor: name.to_owned(), ..sensor })
            .collect();
        details
    }
}

/// More than any machine has; a wrong label must not make a list that long.
const MAX_CORES: u64 = 16_384;

fn per_core(cores: &BTreeMap<u64, Option<f64>>) -> Vec<Option<f64>> {
    let count = cores.keys().copied().filter(|&core| core < MAX_CORES).max().map_or(0, |last| last + 1);
    (0..count).map(|core| cores.get(&core).copied().flatten()).collect()
}

impl FilesystemParts {
    fn finish(self, mountpoint: &str, device: &str) -> Filesystem {
        let used = self.wire.size_bytes.zip(self.free).map(|(size, free)| size - free);
        let fillable = used.zip(self.wire.available_bytes).map(|(used, available)| used + available);
        let inodes_used = self.inodes.zip(self.inodes_free).map(|(all, free)| all - free);
        Filesystem {
            device: device.to_owned(),
            mountpoint: mountpoint.to_owned(),
            used_ratio: share(used, fillable),
            inodes_used_ratio: share(inodes_used, self.inodes),
            ..self.wire
        }
    }
}

impl NetworkParts {
    fn finish(self, device: &str) -> Network {
        let sum = |rates: &[f64]| (!rates.is_empty()).then(|| rates.iter().sum());
        Network {
            device: device.to_owned(),
            up: self.wire.up.filter(|_| !self.has_no_state),
            errors_per_second: sum(&self.errors),
            drops_per_second: sum(&self.drops),
            ..self.wire
        }
    }
}

fn share(part: Option<f64>, whole: Option<f64>) -> Option<f64> {
    let (part, whole) = part.zip(whole)?;
    (whole > 0.0).then(|| (part / whole).clamp(0.0, 1.0))
}
