//! The scenario: what the library pretends, as the test writes it.
//!
//! ```toml
//! driver_version = "570.124.06"
//!
//! [[gpu]]
//! kind = "h100"                                    # values of kinds/h100.toml, overlaid by what follows
//! state = "lost"                                   # or "present" (default), or "gone"
//! utilization = { gpu = 93, memory = 40 }
//! xids = [79]                                      # each entry added while the program runs is one event
//!
//! [gpu.faults]
//! errors = { nvmlDeviceGetFanSpeed_v2 = "NOT_SUPPORTED" }
//! delay_ms = { nvmlDeviceGetPowerUsage = 40 }
//! hang = ["nvmlDeviceGetTemperature"]              # until the scenario no longer says so
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::code::Code;
use crate::kind;

/// Everything the library knows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// What `nvmlSystemGetDriverVersion` answers.
    pub driver_version: String,
    /// What `nvmlSystemGetNVMLVersion` answers.
    pub nvml_version: String,
    /// `false`: as after the kernel module was unloaded.
    pub driver_loaded: bool,
    /// Faults of calls that concern no single GPU.
    pub faults: Faults,
    /// The GPUs, in the order of their index.
    pub gpu: Vec<Gpu>,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            driver_version: "570.124.06".to_owned(),
            nvml_version: "12.570.124.06".to_owned(),
            driver_loaded: true,
            faults: Faults::default(),
            gpu: Vec::new(),
        }
    }
}

/// What goes wrong, by the function's name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// Functions that fail, and with what.
    pub errors: BTreeMap<String, Code>,
    /// Functions that take this long before they answer.
    pub delay_ms: BTreeMap<String, u64>,
    /// Functions that do not answer as long as they are listed.
    pub hang: Vec<String>,
}

/// Whether a GPU answers.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It works.
    #[default]
    Present,
    /// It is counted, but every call about it fails with `GPU_IS_LOST`.
    Lost,
    /// It is not counted any more; calls with its old handle fail with `GPU_IS_LOST`.
    Gone,
}

/// One GPU. A value that is absent makes its call answer `NOT_SUPPORTED`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gpu {
    /// The preset these values are laid over; see [`crate::kind`].
    pub kind: String,
    /// Whether it answers.
    pub state: State,
    /// What goes wrong on this GPU.
    pub faults: Faults,
    /// Product name.
    pub name: String,
    /// `GPU-…`
    pub uuid: String,
    /// Board serial number.
    pub serial: Option<String>,
    /// Firmware version.
    pub vbios_version: Option<String>,
    /// NVML's spelling: eight digits of domain.
    pub pci_bus_id: String,
    /// The number of `/dev/nvidiaN`; the index when absent.
    pub minor: Option<u32>,
    /// MHz by clock: `graphics`, `sm`, `memory`, `video`.
    pub clock: Clocks,
    /// MHz, highest.
    pub max_clock: Clocks,
    /// °C.
    pub temperature: Option<u32>,
    /// °C by NVML's threshold number (0 shutdown, 1 slowdown, …).
    pub temperature_threshold: BTreeMap<String, u32>,
    /// mW.
    pub power_usage: Option<u32>,
    /// mW.
    pub power_limit: Option<u32>,
    /// mW.
    pub power_limit_range: Option<(u32, u32)>,
    /// mJ.
    pub energy: Option<u64>,
    /// Percent.
    pub utilization: Option<Utilization>,
    /// Percent.
    pub encoder_utilization: Option<u32>,
    /// Percent.
    pub decoder_utilization: Option<u32>,
    /// Frame buffer.
    pub memory: Option<Memory>,
    /// BAR1 aperture.
    pub bar1: Option<Memory>,
    /// Percent, one per fan.
    pub fan_speed: Vec<u32>,
    /// P-state number.
    pub performance_state: Option<u32>,
    /// Current and highest generation and width.
    pub pcie: Option<Pcie>,
    /// Count.
    pub pcie_replay: Option<u32>,
    /// NVML's bit mask.
    pub clock_event_reasons: Option<u64>,
    /// Open encoder sessions.
    pub encoder_sessions: Option<u32>,
    /// Whether each NVLink is up.
    pub nvlink: Vec<bool>,
    /// Field values by `id` or `id@scope` (`all` is every link).
    #[serde(deserialize_with = "numbered::fields")]
    pub fields: Fields,
    /// GPM metrics by number; empty: the GPU has no GPM.
    #[serde(deserialize_with = "numbered::plain")]
    pub gpm: BTreeMap<u32, f64>,
    /// MIG, on a GPU that has it.
    pub mig: Option<Mig>,
    /// vGPU licence state.
    pub license_enabled: Option<bool>,
    /// Compute processes.
    pub process: Vec<Process>,
    /// Errors since the scenario began.
    pub xids: Vec<u64>,
}

/// Values by a field's id and, where it matters, scope.
pub type Fields = BTreeMap<(u32, Option<u32>), f64>;

/// MHz by clock domain.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clocks {
    /// Graphics (shader) clock.
    pub graphics: Option<u32>,
    /// SM clock.
    pub sm: Option<u32>,
    /// Memory clock.
    pub memory: Option<u32>,
    /// Video engines' clock.
    pub video: Option<u32>,
}

/// Percent.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Utilization {
    /// Time with a kernel running.
    pub gpu: u32,
    /// Time with memory being read or written.
    pub memory: u32,
}

/// Bytes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// All.
    pub total: u64,
    /// Kept by driver and firmware.
    #[serde(default)]
    pub reserved: u64,
    /// Allocated.
    pub used: u64,
}

/// PCIe link.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pcie {
    /// Current generation.
    pub generation: u32,
    /// Current lanes.
    pub width: u32,
    /// Highest generation.
    pub max_generation: u32,
    /// Most lanes.
    pub max_width: u32,
}

/// MIG mode and its instances.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mig {
    /// Whether the GPU is split.
    pub enabled: bool,
    /// How many instances the hardware could hold.
    pub max_instances: u32,
    /// Those there are.
    pub instance: Vec<Instance>,
}

/// One MIG device.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Index among the GPU's MIG devices; may have gaps.
    pub slot: u32,
    /// GPU instance id.
    pub gpu_instance: u32,
    /// Compute instance id.
    #[serde(default)]
    pub compute_instance: u32,
    /// `1g.10gb` and the like.
    pub profile: String,
    /// Its frame buffer.
    pub memory: Memory,
    /// GPM metrics by number.
    #[serde(default, deserialize_with = "numbered::plain")]
    pub gpm: BTreeMap<u32, f64>,
}

/// A process on a GPU.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Bytes; absent where the driver does not know.
    pub memory: Option<u64>,
    /// Percent; absent: no utilisation sample.
    pub sm: Option<u32>,
}

impl Scenario {
    /// Reads a scenario, each GPU laid over its kind.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
        if let Some(toml::Value::Array(gpus)) = table.get_mut("gpu") {
            for (index, gpu) in gpus.iter_mut().enumerate() {
                let toml::Value::Table(gpu) = gpu else { return Err(format!("gpu {index} is no table")) };
                *gpu = kind::complete(std::mem::take(gpu), index)?;
            }
        }
        table.try_into().map_err(|error| format!("{error}"))
    }
}

impl Gpu {
    /// The value of one field, for one scope.
    pub(crate) fn field(&self, id: u32, scope: u32) -> Option<f64> {
        self.fields.get(&(id, Some(scope))).or_else(|| self.fields.get(&(id, None))).copied()
    }

    /// The MIG device in `slot`, where the GPU is split.
    pub(crate) fn instance(&self, slot: u32) -> Option<&Instance> {
        self.mig.as_ref().filter(|mig| mig.enabled)?.instance.iter().find(|instance| instance.slot == slot)
    }
}

/// Tables whose keys are numbers, which TOML writes as text.
mod numbered {
    use std::collections::BTreeMap;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer};

    /// Keys `id` or `id@scope`, with the scope `all` for every link.
    pub(super) fn fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<super::Fields, D::Error> {
        let table = BTreeMap::<String, f64>::deserialize(deserializer)?;
        let entry = |(key, value): (String, f64)| match key.split_once('@') {
            None => Ok(((number(&key)?, None), value)),
            Some((id, "all")) => Ok(((number(id)?, Some(u32::MAX)), value)),
            Some((id, scope)) => Ok(((number(id)?, Some(number(scope)?)), value)),
        };
        table.into_iter().map(entry).collect()
    }

    pub(super) fn plain<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<u32, f64>, D::Error> {
        let table = BTreeMap::<String, f64>::deserialize(deserializer)?;
        table.into_iter().map(|(key, value)| Ok((number(&key)?, value))).collect()
    }

    fn number<E: Error>(text: &str) -> Result<u32, E> {
        text.parse().map_err(|_| E::custom(format!("`{text}` is not the number of a field")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_has_the_values_of_its_kind_and_its_own() {
        let scenario = Scenario::parse("[[gpu]]\nkind = \"t4\"\ntemperature = 91\n").unwrap();
        let gpu = &scenario.gpu[0];
        assert_eq!((gpu.name.as_str(), gpu.temperature), ("Tesla T4", Some(91)));
        assert_eq!(gpu.uuid, "GPU-00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn a_misspelt_key_and_an_unknown_kind_are_refused() {
        assert!(Scenario::parse("[[gpu]]\nkind = \"t4\"\ntemprature = 91\n").is_err());
        let error = Scenario::parse("[[gpu]]\nkind = \"t5\"\n").unwrap_err();
        assert!(error.contains("`t5`"), "{error}");
    }

    #[test]
    fn a_scoped_field_comes_before_the_plain_one() {
        let text = "[[gpu]]\nkind = \"t4\"\nfields = { \"138@all\" = 5.0, \"138\" = 1.0 }\n";
        let gpu = &Scenario::parse(text).unwrap().gpu[0];
        assert_eq!((gpu.field(138, u32::MAX), gpu.field(138, 0), gpu.field(139, 0)), (Some(5.0), Some(1.0), None));
    }
}
