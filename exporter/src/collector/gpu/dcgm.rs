//! DCGM's fields: name, type, help and where the value comes from; and which of them are exported.

use std::borrow::Cow;

use super::dcgm_field_values;
use super::field_key::FieldKey;
use super::values::{Identity, Memory, Values};
use crate::sample::{Kind, Value};

/// Where a field's value comes from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// A value of the whole GPU.
    Gpu(fn(&Values, &Identity) -> Option<Value>),
    /// Frame buffer: of the GPU, and of each MIG instance.
    Memory(fn(Memory) -> Option<u64>),
    /// An NVML field value, left out above the bound: drivers answer with huge numbers for a sensor that is not there.
    Field { key: FieldKey, at_most: f64 },
    /// A GPM metric divided into DCGM's unit: of the GPU, and of each MIG instance.
    Gpm { metric: u32, divisor: f64 },
    /// The number of the last XID; 0 before the first.
    LastXid,
    /// A text that becomes a label of every series instead of a series of its own.
    Label(fn(&Identity, &str) -> Option<String>),
}

/// A field that we know by name.
struct Field {
    name: &'static str,
    kind: Kind,
    help: &'static str,
    source: Source,
    by_default: bool,
}

/// A field that is exported, under the type and help that were chosen for it.
pub(super) struct Selected {
    pub(super) name: Cow<'static, str>,
    pub(super) kind: Kind,
    pub(super) help: Cow<'static, str>,
    pub(super) source: Source,
}

/// The fields exported without a fields file: dcgm-exporter's own default, its profiling fields all of them, and the
/// error counters that its usual alert rules ask for.
pub(super) fn default_selection() -> Vec<Selected> {
    let chosen = FIELDS.iter().filter(|field| field.by_default);
    chosen.map(|field| Selected::new(field.name.into(), field.kind, field.help.into(), field.source)).collect()
}

/// Where the value of the field with this name comes from; `None` for a name that neither DCGM's list nor ours has.
pub(super) fn source(name: &str) -> Option<Source> {
    if let Some(field) = FIELDS.iter().find(|field| field.name == name) {
        return Some(field.source);
    }
    let key = dcgm_field_values::key(name.strip_prefix("DCGM_FI_")?)?;
    Some(Source::Field { key, at_most: f64::INFINITY })
}

impl Selected {
    pub(super) fn new(name: Cow<'static, str>, kind: Kind, help: Cow<'static, str>, source: Source) -> Self {
        Self { name, kind, help, source }
    }
}

/// GPM's PCIe and NVLink metrics are documented in MiB per second.
const MEBIBYTES: f64 = 1.0 / 1_048_576.0;
/// GPM's other metrics are percentages, DCGM's are ratios.
const PERCENT: f64 = 100.0;
/// °C. What is hotter than this is no temperature but a driver's way to say that there is none.
const HOTTEST: f64 = 200.0;

const fn gpu(
    name: &'static str,
    kind: Kind,
    help: &'static str,
    value: fn(&Values, &Identity) -> Option<Value>,
) -> Field {
    Field { name, kind, help, source: Source::Gpu(value), by_default: true }
}

const fn memory(name: &'static str, help: &'static str, value: fn(Memory) -> Option<u64>) -> Field {
    Field { name, kind: Kind::Gauge, help, source: Source::Memory(value), by_default: true }
}

const fn field(name: &'static str, kind: Kind, help: &'static str, id: u32) -> Field {
    let source = Source::Field { key: FieldKey::of_gpu(id), at_most: f64::INFINITY };
    Field { name, kind, help, source, by_default: true }
}

const fn gpm(name: &'static str, help: &'static str, metric: u32, divisor: f64) -> Field {
    Field { name, kind: Kind::Gauge, help, source: Source::Gpm { metric, divisor }, by_default: true }
}

const fn label(name: &'static str, by_default: bool, text: fn(&Identity, &str) -> Option<String>) -> Field {
    Field { name, kind: Kind::Untyped, help: "", source: Source::Label(text), by_default }
}

impl Field {
    const fn on_request(mut self) -> Self {
        self.by_default = false;
        self
    }
}

fn whole(value: Option<u32>) -> Option<Value> {
    value.map(Value::from)
}

fn watts(milliwatts: Option<u32>) -> Option<Value> {
    milliwatts.map(|milliwatts| Value::Float(f64::from(milliwatts) / 1000.0))
}

fn mebibytes(memory: Option<u64>) -> Option<Value> {
    memory.map(|bytes| Value::Unsigned(bytes >> 20))
}

use Kind::{Counter, Gauge};

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    gpu("DCGM_FI_DEV_SM_CLOCK", Gauge, "Clock of the streaming multiprocessors (in MHz).", |it, _| whole(it.sm_clock_mhz)),
    gpu("DCGM_FI_DEV_MEM_CLOCK", Gauge, "Clock of the memory (in MHz).", |it, _| whole(it.memory_clock_mhz)),
    gpu("DCGM_FI_DEV_GPU_TEMP", Gauge, "Temperature of the GPU (in C).", |it, _| whole(it.temperature_celsius)),
    Field {
        name: "DCGM_FI_DEV_MEMORY_TEMP", kind: Gauge, help: "Temperature of the memory (in C).",
        source: Source::Field { key: FieldKey::of_gpu(82), at_most: HOTTEST }, by_default: true,
    },
    gpu("DCGM_FI_DEV_POWER_USAGE", Gauge, "Power drawn (in W).", |it, _| watts(it.power_milliwatts)),
    gpu("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", Counter, "Energy used since the driver was loaded (in mJ).", |it, _| it.energy_millijoules.map(Value::from)),
    gpu("DCGM_FI_DEV_PCIE_REPLAY_COUNTER", Counter, "Packets that PCIe had to send again.", |it, _| whole(it.pcie_replays)),
    gpu("DCGM_FI_DEV_GPU_UTIL", Gauge, "Part of the time in which a kernel ran (in %).", |it, _| whole(it.gpu_percent)),
    gpu("DCGM_FI_DEV_MEM_COPY_UTIL", Gauge, "Part of the time in which memory was read or written (in %).", |it, _| whole(it.memory_percent)),
    gpu("DCGM_FI_DEV_ENC_UTIL", Gauge, "Utilization of the video encoders (in %).", |it, _| whole(it.encoder_percent)),
    gpu("DCGM_FI_DEV_DEC_UTIL", Gauge, "Utilization of the video decoders (in %).", |it, _| whole(it.decoder_percent)),
    Field {
        name: "DCGM_FI_DEV_XID_ERRORS", kind: Gauge, help: "Number of the last XID error; 0 when there was none.",
        source: Source::LastXid, by_default: true,
    },
    memory("DCGM_FI_DEV_FB_FREE", "Frame buffer that is free (in MiB).", |it| Some(it.free)),
    memory("DCGM_FI_DEV_FB_USED", "Frame buffer that is allocated (in MiB).", |it| Some(it.used)),
    memory("DCGM_FI_DEV_FB_RESERVED", "Frame buffer kept by driver and firmware (in MiB).", |it| it.reserved),
    memory("DCGM_FI_DEV_FB_TOTAL", "Frame buffer (in MiB).", |it| Some(it.total)).on_request(),
    field("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", Counter, "Memory rows remapped after uncorrectable errors.", 143),
    field("DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS", Counter, "Memory rows remapped after correctable errors.", 142),
    field("DCGM_FI_DEV_ROW_REMAP_FAILURE", Gauge, "Whether remapping a memory row has failed.", 145),
    field("DCGM_FI_DEV_ROW_REMAP_PENDING", Gauge, "Whether a memory row will be remapped at the next reset.", 144),
    field("DCGM_FI_DEV_ECC_SBE_VOL_TOTAL", Counter, "Single-bit memory errors corrected since the driver was loaded.", 3),
    field("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", Counter, "Double-bit memory errors since the driver was loaded.", 4),
    field("DCGM_FI_DEV_ECC_SBE_AGG_TOTAL", Counter, "Single-bit memory errors corrected in the GPU's life.", 5),
    field("DCGM_FI_DEV_ECC_DBE_AGG_TOTAL", Counter, "Double-bit memory errors in the GPU's life.", 6),
    field("DCGM_FI_DEV_RETIRED_SBE", Counter, "Memory pages retired for single-bit errors.", 29).on_request(),
    gpu("DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", Gauge, "NVLink traffic of all links, both directions (in MB/s).", |it, _| it.nvlink_bandwidth.map(Value::from)),
    gpu("DCGM_FI_DEV_VGPU_LICENSE_STATUS", Gauge, "Whether a vGPU licence is in force.", |it, _| it.vgpu_licensed.map(Value::from)),
    gpm("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "Part of the time in which the graphics engine was active.", 1, PERCENT),
    gpm("DCGM_FI_PROF_SM_ACTIVE", "Part of the time in which a multiprocessor had a warp assigned.", 2, PERCENT),
    gpm("DCGM_FI_PROF_SM_OCCUPANCY", "Resident warps as a part of those a multiprocessor can hold.", 3, PERCENT),
    gpm("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "Part of the time in which the tensor pipes were active.", 5, PERCENT),
    gpm("DCGM_FI_PROF_DRAM_ACTIVE", "Part of the time in which the memory was sending or receiving.", 10, PERCENT),
    gpm("DCGM_FI_PROF_PIPE_FP64_ACTIVE", "Part of the time in which the FP64 pipes were active.", 11, PERCENT),
    gpm("DCGM_FI_PROF_PIPE_FP32_ACTIVE", "Part of the time in which the FP32 pipes were active.", 12, PERCENT),
    gpm("DCGM_FI_PROF_PIPE_FP16_ACTIVE", "Part of the time in which the FP16 pipes were active.", 13, PERCENT),
    gpm("DCGM_FI_PROF_PCIE_TX_BYTES", "Bytes sent over PCIe per second.", 20, MEBIBYTES),
    gpm("DCGM_FI_PROF_PCIE_RX_BYTES", "Bytes received over PCIe per second.", 21, MEBIBYTES),
    gpm("DCGM_FI_PROF_NVLINK_TX_BYTES", "Bytes sent over NVLink per second.", 61, MEBIBYTES),
    gpm("DCGM_FI_PROF_NVLINK_RX_BYTES", "Bytes received over NVLink per second.", 60, MEBIBYTES),
    gpu("DCGM_FI_DEV_VIDEO_CLOCK", Gauge, "Clock of the video engines (in MHz).", |it, _| whole(it.video_clock_mhz)).on_request(),
    gpu("DCGM_FI_DEV_MAX_SM_CLOCK", Gauge, "Highest clock of the multiprocessors (in MHz).", |_, gpu| whole(gpu.limits.max_sm_clock_mhz)).on_request(),
    gpu("DCGM_FI_DEV_MAX_MEM_CLOCK", Gauge, "Highest clock of the memory (in MHz).", |_, gpu| whole(gpu.limits.max_memory_clock_mhz)).on_request(),
    gpu("DCGM_FI_DEV_SLOWDOWN_TEMP", Gauge, "Temperature at which the GPU slows down (in C).", |_, gpu| whole(gpu.limits.slowdown_celsius)).on_request(),
    gpu("DCGM_FI_DEV_SHUTDOWN_TEMP", Gauge, "Temperature at which the GPU shuts down (in C).", |_, gpu| whole(gpu.limits.shutdown_celsius)).on_request(),
    gpu("DCGM_FI_DEV_ENFORCED_POWER_LIMIT", Gauge, "Power limit in force (in W).", |it, _| watts(it.power_limit_milliwatts)).on_request(),
    gpu("DCGM_FI_DEV_POWER_MGMT_LIMIT", Gauge, "Power limit in force (in W).", |it, _| watts(it.power_limit_milliwatts)).on_request(),
    gpu("DCGM_FI_DEV_FAN_SPEED", Gauge, "Speed of the first fan (in %).", |it, _| whole(it.fans.first().copied().flatten())).on_request(),
    gpu("DCGM_FI_DEV_PSTATE", Gauge, "Performance state; 0 is the highest.", |it, _| whole(it.performance_state)).on_request(),
    gpu("DCGM_FI_DEV_PCIE_LINK_GEN", Gauge, "PCIe generation in use.", |it, _| whole(it.pcie_generation)).on_request(),
    gpu("DCGM_FI_DEV_PCIE_LINK_WIDTH", Gauge, "PCIe lanes in use.", |it, _| whole(it.pcie_width)).on_request(),
    gpu("DCGM_FI_DEV_PCIE_MAX_LINK_GEN", Gauge, "Highest PCIe generation of GPU and slot.", |_, gpu| whole(gpu.limits.max_pcie_generation)).on_request(),
    gpu("DCGM_FI_DEV_PCIE_MAX_LINK_WIDTH", Gauge, "Most PCIe lanes of GPU and slot.", |_, gpu| whole(gpu.limits.max_pcie_width)).on_request(),
    gpu("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", Gauge, "Bit mask of why clocks are lowered.", |it, _| it.clock_event_reasons.map(Value::from)).on_request(),
    gpu("DCGM_FI_DEV_CLOCKS_EVENT_REASONS", Gauge, "Bit mask of why clocks are lowered.", |it, _| it.clock_event_reasons.map(Value::from)).on_request(),
    gpu("DCGM_FI_DEV_BAR1_TOTAL", Gauge, "BAR1 aperture (in MiB).", |it, _| mebibytes(it.bar1.map(|bar1| bar1.total))).on_request(),
    gpu("DCGM_FI_DEV_BAR1_USED", Gauge, "BAR1 aperture in use (in MiB).", |it, _| mebibytes(it.bar1.map(|bar1| bar1.used))).on_request(),
    gpu("DCGM_FI_DEV_BAR1_FREE", Gauge, "BAR1 aperture that is free (in MiB).", |it, _| mebibytes(it.bar1.map(|bar1| bar1.free))).on_request(),
    label("DCGM_FI_DRIVER_VERSION", true, |_, driver| Some(driver.to_owned())),
    label("DCGM_FI_DEV_NAME", false, |gpu, _| Some(gpu.name.clone())),
    label("DCGM_FI_DEV_UUID", false, |gpu, _| Some(gpu.uuid.clone())),
    label("DCGM_FI_DEV_PCI_BUSID", false, |gpu, _| Some(gpu.pci_bus_id.clone())),
    label("DCGM_FI_DEV_SERIAL", false, |gpu, _| gpu.serial.clone()),
    label("DCGM_FI_DEV_VBIOS_VERSION", false, |gpu, _| gpu.vbios_version.clone()),
    label("DCGM_FI_DEV_MINOR_NUMBER", false, |gpu, _| gpu.minor_number.map(|minor| minor.to_string())),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_table_comes_before_the_same_name_among_the_field_values() {
        assert!(matches!(source("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"), Some(Source::Gpu(_))));
        assert!(matches!(source("DCGM_FI_DEV_POWER_VIOLATION"), Some(Source::Field { .. })));
        assert!(source("DCGM_FI_DEV_NO_SUCH_THING").is_none());
        assert!(source("GPU_UTIL").is_none());
    }

    #[test]
    fn names_are_unique_and_helps_end_as_sentences() {
        let mut names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        let without_stop = FIELDS.iter().filter(|field| !field.help.is_empty() && !field.help.ends_with('.'));
        assert_eq!(without_stop.count(), 0);
    }

    #[test]
    fn the_page_on_gpus_names_every_field() {
        let page = include_str!("../../../../docs/gpu.md");
        let names = FIELDS.iter().map(|field| field.name.to_owned());
        let names = names.chain(dcgm_field_values::names().map(|name| format!("DCGM_FI_{name}")));
        let absent: Vec<String> = names.filter(|name| !page.contains(&format!("`{name}`"))).collect();
        assert_eq!(absent, Vec::<String>::new());
    }
}
