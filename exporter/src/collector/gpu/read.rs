//! Reading one GPU: every call of a scrape, in one place, from the wrapper to plain values.

mod fields;
mod gpm;
mod identity;
mod mig;
mod processes;

use std::path::PathBuf;
use std::sync::Arc;

use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureSensor};
use nvml_wrapper::{Device, Nvml};

use super::call::{Broken, Calls};
use super::field_key::FieldKey;
use super::raw;
use super::values::{Identity, Link, Memory, Values};
use fields::Fields;
use gpm::GpmSamples;

/// P-states are 0 to 15; what is above means that the driver does not know.
const LOWEST_STATE: u32 = 15;

/// What is asked of every GPU; fixed when the exporter starts.
pub(super) struct Plan {
    pub(super) fields: Vec<FieldKey>,
    /// GPM metrics, by NVML's number.
    pub(super) gpm: Vec<u32>,
    /// How many processes are told of per GPU; 0 asks for none.
    pub(super) processes: usize,
    pub(super) procfs: PathBuf,
}

/// What a GPU's thread remembers from scrape to scrape: facts and handles, and of samples only those that a rate needs.
pub(super) struct Remembered<'nvml> {
    known: Option<Known<'nvml>>,
}

struct Known<'nvml> {
    identity: Arc<Identity>,
    links: Vec<u32>,
    fields: Fields,
    gpm: GpmSamples<'nvml>,
}

impl<'nvml> Remembered<'nvml> {
    pub(super) fn nothing() -> Self {
        Self { known: None }
    }

    /// The GPU that was last seen here.
    pub(super) fn identity(&self) -> Option<Arc<Identity>> {
        self.known.as_ref().map(|known| Arc::clone(&known.identity))
    }

    /// Reads the GPU with this index. Its handle is asked for anew, so a GPU that comes back is simply there again.
    pub(super) fn read(&mut self, nvml: &'nvml Nvml, index: u32, plan: &Plan) -> Result<Values, Broken> {
        let mut calls = Calls::default();
        let device = calls.need(|| nvml.device_by_index(index))?;
        let uuid = calls.need(|| device.uuid())?;
        let known = match self.known.take().filter(|known| known.identity.uuid == uuid) {
            Some(known) => self.known.insert(known),
            None => self.known.insert(Known::of(&device, index, uuid, &mut calls, plan)?),
        };
        let values = known.values(nvml, &device, &mut calls, plan);
        calls.finish()?;
        Ok(values)
    }
}

impl<'nvml> Known<'nvml> {
    fn of(device: &Device<'nvml>, index: u32, uuid: String, calls: &mut Calls, plan: &Plan) -> Result<Self, Broken> {
        let identity = Arc::new(identity::read(device, index, uuid, calls)?);
        let links = identity::links(device, calls);
        let fields =
            Fields::new(plan.fields.iter().copied().chain(super::families::link_fields(links.iter().copied())));
        Ok(Self { identity, links, fields, gpm: GpmSamples::default() })
    }

    fn values(&mut self, nvml: &'nvml Nvml, device: &Device<'nvml>, calls: &mut Calls, plan: &Plan) -> Values {
        let mut values = Values {
            links: self.links(device, calls),
            mig: mig::read(nvml, device, calls),
            memory: memory(nvml, device, calls),
            processes: processes::read(device, calls, plan),
            vgpu_licensed: calls.ask(|| raw::vgpu_licensed(nvml, device)),
            ..Values::default()
        };
        (values.fields, values.nvlink_bandwidth) = self.fields.read(nvml, device, calls);
        self.gpm.read(nvml, device, calls, &plan.gpm, &mut values);
        read_engines(device, calls, &mut values);
        read_board(device, calls, &mut values);
        values
    }

    fn links(&self, device: &Device<'_>, calls: &mut Calls) -> Vec<Link> {
        let state = |number: &u32| {
            let active = calls.ask(|| device.link_wrapper_for(*number).is_active())?;
            Some(Link { number: *number, active })
        };
        self.links.iter().filter_map(state).collect()
    }
}

/// Memory of a GPU or of a MIG device.
fn memory(nvml: &Nvml, device: &Device<'_>, calls: &mut Calls) -> Option<Memory> {
    let newer = calls.ask(|| device.memory_info()).map(|it| Memory {
        total: it.total,
        reserved: Some(it.reserved),
        free: it.free,
        used: it.used,
    });
    newer.or_else(|| calls.ask(|| raw::memory_before_510(nvml, device)))
}

fn read_engines(device: &Device<'_>, calls: &mut Calls, values: &mut Values) {
    values.sm_clock_mhz = calls.ask(|| device.clock_info(Clock::SM));
    values.memory_clock_mhz = calls.ask(|| device.clock_info(Clock::Memory));
    values.video_clock_mhz = calls.ask(|| device.clock_info(Clock::Video));
    let utilization = calls.ask(|| device.utilization_rates());
    values.gpu_percent = utilization.as_ref().map(|rates| rates.gpu);
    values.memory_percent = utilization.map(|rates| rates.memory);
    values.encoder_percent = calls.ask(|| device.encoder_utilization()).map(|it| it.utilization);
    values.decoder_percent = calls.ask(|| device.decoder_utilization()).map(|it| it.utilization);
    values.encoder_sessions = calls.ask(|| device.encoder_stats()).map(|it| it.session_count);
    values.clock_event_reasons = calls.ask(|| device.current_throttle_reasons()).map(|it| it.bits());
    let state = calls.ask(|| device.performance_state()).map(|it| it.as_c());
    values.performance_state = state.filter(|state| *state <= LOWEST_STATE);
}

fn read_board(device: &Device<'_>, calls: &mut Calls, values: &mut Values) {
    values.temperature_celsius = calls.ask(|| device.temperature(TemperatureSensor::Gpu));
    values.power_milliwatts = calls.ask(|| device.power_usage());
    values.power_limit_milliwatts = calls.ask(|| device.enforced_power_limit());
    values.energy_millijoules = calls.ask(|| device.total_energy_consumption());
    values.pcie_generation = calls.ask(|| device.current_pcie_link_gen());
    values.pcie_width = calls.ask(|| device.current_pcie_link_width());
    values.pcie_replays = calls.ask(|| device.pcie_replay_counter());
    values.bar1 = calls.ask(|| device.bar1_memory_info()).map(|it| Memory {
        total: it.total,
        reserved: None,
        free: it.free,
        used: it.used,
    });
    let fans = calls.ask(|| device.num_fans()).unwrap_or(0);
    values.fans = (0..fans).map(|fan| calls.ask(|| device.fan_speed(fan))).collect();
}
