//! What the library remembers between calls: the scenario, whether it is initialised, handles, samples, event sets.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::SCENARIO_VARIABLE;
use crate::code::Code;
use crate::scenario::{Faults, Gpu, Instance, Scenario, State};

/// How long a scenario counts as fresh: the file's stamp is not asked for on every call, or the library's own cost
/// would hide the cost of the program under test.
const FRESH: Duration = Duration::from_millis(10);
/// How often a hanging call looks whether it still hangs.
const HANG_STEP: Duration = Duration::from_millis(10);
/// How often a waiting event set looks for events.
const EVENT_STEP: Duration = Duration::from_millis(50);

static WORLD: Mutex<Option<World>> = Mutex::new(None);

#[derive(Default)]
struct World {
    scenario: Arc<Scenario>,
    checked: Option<Instant>,
    stamp: Option<(SystemTime, u64)>,
    /// `nvmlInit` minus `nvmlShutdown`.
    users: usize,
    /// Grows with every first `nvmlInit`; a handle of an earlier one is refused.
    session: usize,
    /// The driver went away since that `nvmlInit`.
    orphaned: bool,
    next_id: usize,
    samples: HashMap<usize, Option<Sample>>,
    event_sets: HashMap<usize, HashMap<usize, usize>>,
}

/// A filled GPM sample.
#[derive(Clone, Copy, PartialEq)]
struct Sample {
    gpu: usize,
    gpu_instance: Option<u32>,
    taken: Instant,
}

/// What a device handle stands for.
pub(crate) struct Target {
    scenario: Arc<Scenario>,
    index: usize,
    slot: Option<u32>,
    session: usize,
}

impl Target {
    pub(crate) fn gpu(&self) -> &Gpu {
        &self.scenario.gpu[self.index]
    }

    /// The MIG device the handle names; `None` for the whole GPU.
    pub(crate) fn instance(&self) -> Result<Option<&Instance>, Code> {
        self.slot.map(|slot| self.gpu().instance(slot).ok_or(Code::NOT_FOUND)).transpose()
    }

    /// A value that only a whole GPU has.
    pub(crate) fn whole(&self) -> Result<&Gpu, Code> {
        if self.slot.is_none() { Ok(self.gpu()) } else { Err(Code::INVALID_ARGUMENT) }
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// The handle of this GPU's MIG device in `slot`.
    pub(crate) fn mig_handle(&self, slot: u32) -> usize {
        handle(self.session, self.index, Some(slot))
    }
}

fn world() -> MutexGuard<'static, Option<World>> {
    let mut world = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
    world.get_or_insert_default().refresh();
    world
}

fn with<T>(act: impl FnOnce(&mut World) -> T) -> T {
    act(world().get_or_insert_default())
}

impl World {
    fn refresh(&mut self) {
        if self.checked.is_some_and(|checked| checked.elapsed() < FRESH) {
            return;
        }
        self.checked = Some(Instant::now());
        let path = PathBuf::from(std::env::var_os(SCENARIO_VARIABLE).expect("the variable names the scenario"));
        let metadata = std::fs::metadata(&path).expect("the scenario can be read");
        let stamp = metadata.modified().ok().map(|modified| (modified, metadata.len()));
        if stamp == self.stamp && stamp.is_some() {
            return;
        }
        let text = std::fs::read_to_string(&path).expect("the scenario can be read");
        let scenario = Scenario::parse(&text).expect("the scenario is well formed");
        // Another version cannot come without the one before being unloaded.
        self.orphaned |= !scenario.driver_loaded || scenario.driver_version != self.scenario.driver_version;
        self.scenario = Arc::new(scenario);
        self.stamp = stamp;
    }

    fn usable(&self) -> Result<(), Code> {
        match () {
            () if !self.scenario.driver_loaded => Err(Code::DRIVER_NOT_LOADED),
            () if self.users == 0 || self.orphaned => Err(Code::UNINITIALIZED),
            () => Ok(()),
        }
    }
}

/// `nvmlInit_v2`.
pub(crate) fn init(function: &str) -> Result<(), Code> {
    wait_out(function, with(|world| world.scenario.clone()), |scenario| &scenario.faults)?;
    with(|world| {
        if !world.scenario.driver_loaded {
            return Err(Code::DRIVER_NOT_LOADED);
        }
        if world.users == 0 {
            world.session += 1;
            world.orphaned = false;
        }
        world.users += 1;
        Ok(())
    })
}

/// `nvmlShutdown`.
pub(crate) fn shutdown() -> Result<(), Code> {
    with(|world| {
        world.users = world.users.checked_sub(1).ok_or(Code::UNINITIALIZED)?;
        Ok(())
    })
}

/// A call that concerns no single GPU.
pub(crate) fn on_library<T>(function: &str, read: impl FnOnce(&Scenario) -> Result<T, Code>) -> Result<T, Code> {
    let scenario = with(|world| world.usable().map(|()| world.scenario.clone()))?;
    read(&*wait_out(function, scenario, |scenario| &scenario.faults)?)
}

/// A call about the GPU, or MIG device, behind `handle`.
pub(crate) fn on_device<T>(
    function: &str,
    handle: usize,
    read: impl FnOnce(&Target) -> Result<T, Code>,
) -> Result<T, Code> {
    let (session, index, slot) = parts(handle).ok_or(Code::INVALID_ARGUMENT)?;
    let scenario = with(|world| {
        world.usable()?;
        let known = world.session == session && index < world.scenario.gpu.len();
        if known { Ok(world.scenario.clone()) } else { Err(Code::INVALID_ARGUMENT) }
    })?;
    let scenario = wait_out(function, scenario, |scenario| &scenario.gpu[index].faults)?;
    let target = Target { scenario, index, slot, session };
    match target.gpu().state {
        State::Present => read(&target),
        State::Lost | State::Gone => Err(Code::GPU_IS_LOST),
    }
}

/// Sleeps as the scenario says, then fails as it says.
fn wait_out(
    function: &str,
    mut scenario: Arc<Scenario>,
    faults: impl Fn(&Scenario) -> &Faults,
) -> Result<Arc<Scenario>, Code> {
    while faults(&scenario).hang.iter().any(|hanging| hanging == function) {
        std::thread::sleep(HANG_STEP);
        scenario = with(|world| world.scenario.clone());
    }
    if let Some(delay) = faults(&scenario).delay_ms.get(function) {
        std::thread::sleep(Duration::from_millis(*delay));
    }
    match faults(&scenario).errors.get(function) {
        Some(code) => Err(*code),
        None => Ok(scenario),
    }
}

/// How many GPUs are counted.
pub(crate) fn device_count(scenario: &Scenario) -> u32 {
    let counted = scenario.gpu.iter().filter(|gpu| gpu.state != State::Gone).count();
    u32::try_from(counted).unwrap_or(u32::MAX)
}

/// The handle of the `wanted`th counted GPU; a lost one has none.
pub(crate) fn device_by_index(scenario: &Scenario, wanted: u32) -> Result<usize, Code> {
    let mut counted = scenario.gpu.iter().enumerate().filter(|(_, gpu)| gpu.state != State::Gone);
    let (index, gpu) = counted.nth(wanted as usize).ok_or(Code::INVALID_ARGUMENT)?;
    if gpu.state == State::Lost {
        return Err(Code::GPU_IS_LOST);
    }
    Ok(handle(with(|world| world.session), index, None))
}

fn handle(session: usize, index: usize, slot: Option<u32>) -> usize {
    (session << 24) | (slot.map_or(0, |slot| slot as usize + 1) << 12) | (index + 1)
}

fn parts(handle: usize) -> Option<(usize, usize, Option<u32>)> {
    let index = (handle & 0xfff).checked_sub(1)?;
    let slot = u32::try_from((handle >> 12) & 0xfff).ok()?.checked_sub(1);
    Some((handle >> 24, index, slot))
}

/// `nvmlGpmSampleAlloc`.
pub(crate) fn allocate_sample() -> usize {
    with(|world| {
        world.next_id += 1;
        world.samples.insert(world.next_id, None);
        world.next_id
    })
}

/// `nvmlGpmSampleFree`.
pub(crate) fn free_sample(id: usize) -> Result<(), Code> {
    with(|world| world.samples.remove(&id)).map(drop).ok_or(Code::INVALID_ARGUMENT)
}

/// Fills a sample from a GPU, or from one of its instances.
pub(crate) fn fill_sample(id: usize, target: &Target, gpu_instance: Option<u32>) -> Result<(), Code> {
    if target.gpu().gpm.is_empty() {
        return Err(Code::NOT_SUPPORTED);
    }
    with(|world| {
        let sample = world.samples.get_mut(&id).ok_or(Code::INVALID_ARGUMENT)?;
        *sample = Some(Sample { gpu: target.index, gpu_instance, taken: Instant::now() });
        Ok(())
    })
}

/// One GPM metric between two samples, which must be of one thing and in order.
pub(crate) fn gpm_metric(earlier: usize, later: usize, metric: u32) -> Result<f64, Code> {
    with(|world| {
        let filled = |id: usize| world.samples.get(&id).copied().flatten().ok_or(Code::INVALID_ARGUMENT);
        let (earlier, later) = (filled(earlier)?, filled(later)?);
        if (earlier.gpu, earlier.gpu_instance) != (later.gpu, later.gpu_instance) || earlier.taken >= later.taken {
            return Err(Code::INVALID_ARGUMENT);
        }
        let gpu = &world.scenario.gpu[later.gpu];
        let metrics = match later.gpu_instance {
            None => &gpu.gpm,
            Some(id) => {
                let instances = gpu.mig.iter().flat_map(|mig| &mig.instance);
                &instances.into_iter().find(|instance| instance.gpu_instance == id).ok_or(Code::NOT_FOUND)?.gpm
            }
        };
        metrics.get(&metric).copied().ok_or(Code::NOT_SUPPORTED)
    })
}

/// `nvmlEventSetCreate`.
pub(crate) fn create_event_set() -> usize {
    with(|world| {
        world.next_id += 1;
        world.event_sets.insert(world.next_id, HashMap::new());
        world.next_id
    })
}

/// `nvmlEventSetFree`.
pub(crate) fn free_event_set(id: usize) -> Result<(), Code> {
    with(|world| world.event_sets.remove(&id)).map(drop).ok_or(Code::INVALID_ARGUMENT)
}

/// From now on, each XID added to this GPU's list is an event of the set.
pub(crate) fn register_events(id: usize, target: &Target) -> Result<(), Code> {
    with(|world| {
        let set = world.event_sets.get_mut(&id).ok_or(Code::INVALID_ARGUMENT)?;
        set.insert(target.index, target.gpu().xids.len());
        Ok(())
    })
}

/// The next event: the GPU's handle and the XID.
pub(crate) fn wait_for_event(id: usize, timeout: Duration) -> Result<(usize, u64), Code> {
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(event) = next_event(id)? {
            return Ok(event);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Code::TIMEOUT);
        }
        std::thread::sleep(left.min(EVENT_STEP));
    }
}

fn next_event(id: usize) -> Result<Option<(usize, u64)>, Code> {
    with(|world| {
        world.usable()?;
        let (scenario, session) = (world.scenario.clone(), world.session);
        let set = world.event_sets.get_mut(&id).ok_or(Code::INVALID_ARGUMENT)?;
        for (index, delivered) in set {
            if let Some(xid) = scenario.gpu.get(*index).and_then(|gpu| gpu.xids.get(*delivered)) {
                *delivered += 1;
                return Ok(Some((handle(session, *index, None), *xid)));
            }
        }
        Ok(None)
    })
}
