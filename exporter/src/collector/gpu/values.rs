//! What was read from the GPUs, as plain values: the seam between reading (needs a driver) and samples (needs none).
//!
//! Units are NVML's, and the names say which. A value the GPU, its driver or its library does not give is `None`.

use std::sync::Arc;

use super::field_key::FieldValues;

/// One scrape's knowledge of the machine's GPUs.
#[derive(Debug, Default)]
pub(super) struct Readings {
    pub(super) driver_version: String,
    /// How many GPUs the machine should have.
    pub(super) expected: usize,
    /// Every GPU that NVML knows, or knew since the exporter began.
    pub(super) gpus: Vec<Gpu>,
    /// PCI addresses of GPUs that the driver or PCI lists and NVML has never shown.
    pub(super) never_seen: Vec<String>,
}

/// A GPU, and what it answered.
#[derive(Debug)]
pub(super) struct Gpu {
    pub(super) identity: Arc<Identity>,
    pub(super) state: State,
    /// By number; `None` while nobody listens to the GPU's events.
    pub(super) xids: Option<Vec<Xid>>,
}

impl Gpu {
    /// The GPU's instances, where it is split and answers.
    pub(super) fn instances(&self) -> &[Instance] {
        match &self.state {
            State::Up(values) => values.mig.as_ref().map_or(&[], |mig| &mig.instances),
            State::Down | State::Silent => &[],
        }
    }

    /// The number of the last XID; 0 before the first.
    pub(super) fn last_xid(&self) -> Option<u64> {
        let last = self.xids.as_ref()?.iter().max_by(|one, other| one.last.total_cmp(&other.last));
        Some(last.map_or(0, |xid| xid.number))
    }
}

/// Whether a GPU answered.
#[derive(Debug)]
pub(super) enum State {
    Up(Box<Values>),
    /// It is gone, or its calls failed as a whole; the reason was logged when it began.
    Down,
    /// It did not answer within the scrape's time; the call is still under way.
    Silent,
}

/// What does not change while a GPU is there.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Identity {
    pub(super) index: u32,
    pub(super) uuid: String,
    /// NVML's spelling, eight digits of domain: `00000000:3B:00.0`.
    pub(super) pci_bus_id: String,
    pub(super) name: String,
    pub(super) minor_number: Option<u32>,
    pub(super) serial: Option<String>,
    pub(super) vbios_version: Option<String>,
    pub(super) limits: Limits,
}

/// What the hardware is made for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Limits {
    pub(super) slowdown_celsius: Option<u32>,
    pub(super) shutdown_celsius: Option<u32>,
    pub(super) power_milliwatts: Option<(u32, u32)>,
    pub(super) max_sm_clock_mhz: Option<u32>,
    pub(super) max_memory_clock_mhz: Option<u32>,
    pub(super) max_pcie_generation: Option<u32>,
    pub(super) max_pcie_width: Option<u32>,
}

/// What a GPU answered in one scrape.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) sm_clock_mhz: Option<u32>,
    pub(super) memory_clock_mhz: Option<u32>,
    pub(super) video_clock_mhz: Option<u32>,
    pub(super) temperature_celsius: Option<u32>,
    pub(super) power_milliwatts: Option<u32>,
    pub(super) power_limit_milliwatts: Option<u32>,
    pub(super) energy_millijoules: Option<u64>,
    pub(super) gpu_percent: Option<u32>,
    pub(super) memory_percent: Option<u32>,
    pub(super) encoder_percent: Option<u32>,
    pub(super) decoder_percent: Option<u32>,
    pub(super) memory: Option<Memory>,
    pub(super) bar1: Option<Memory>,
    /// Percent, one per fan; a fan that does not answer keeps its place.
    pub(super) fans: Vec<Option<u32>>,
    pub(super) performance_state: Option<u32>,
    pub(super) pcie_generation: Option<u32>,
    pub(super) pcie_width: Option<u32>,
    pub(super) pcie_replays: Option<u32>,
    /// NVML's bit mask of why clocks are below what was asked for.
    pub(super) clock_event_reasons: Option<u64>,
    pub(super) encoder_sessions: Option<u32>,
    pub(super) vgpu_licensed: Option<bool>,
    pub(super) fields: FieldValues,
    /// NVLink traffic since the scrape before, both directions, in 1000 KiB per second.
    pub(super) nvlink_bandwidth: Option<f64>,
    pub(super) links: Vec<Link>,
    pub(super) gpm: Gpm,
    pub(super) mig: Option<Mig>,
    pub(super) processes: Vec<Process>,
}

/// Bytes of frame buffer or BAR1 aperture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Memory {
    pub(super) total: u64,
    /// Drivers before 510 do not tell it apart from what is used.
    pub(super) reserved: Option<u64>,
    pub(super) free: u64,
    pub(super) used: u64,
}

/// An NVLink that the GPU has.
#[derive(Debug, PartialEq)]
pub(super) struct Link {
    pub(super) number: u32,
    pub(super) active: bool,
}

/// GPM metrics by NVML's number, in NVML's unit, only those that have a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Gpm(pub(super) Vec<(u32, f64)>);

impl Gpm {
    pub(super) fn get(&self, metric: u32) -> Option<f64> {
        self.0.iter().find(|(number, _)| *number == metric).map(|(_, value)| *value)
    }
}

/// MIG on a GPU that has it.
#[derive(Debug, Default)]
pub(super) struct Mig {
    pub(super) enabled: bool,
    pub(super) instances: Vec<Instance>,
}

/// A GPU instance: a slice with its own memory and engines.
#[derive(Debug, PartialEq)]
pub(super) struct Instance {
    pub(super) id: u32,
    pub(super) profile: String,
    pub(super) uuid: String,
    pub(super) memory: Option<Memory>,
    pub(super) gpm: Gpm,
}

/// A process that has memory on the GPU, or runs there.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) name: String,
    /// The container's id, where the cgroup tells.
    pub(super) container: Option<String>,
    /// The pod's UID, where the cgroup tells.
    pub(super) pod: Option<String>,
    pub(super) gpu_instance: Option<u32>,
    pub(super) memory_bytes: Option<u64>,
    pub(super) sm_percent: Option<u32>,
}

/// How often one XID was seen on a GPU since the exporter began.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Xid {
    pub(super) number: u64,
    pub(super) count: u64,
    /// Unix seconds of the last one.
    pub(super) last: f64,
}
