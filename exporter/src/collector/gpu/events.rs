//! The thread that waits for XIDs: the driver tells each one once, to whoever is waiting.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use nvml_wrapper::enums::event::XidError;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{EventSet, Nvml};

use super::raw;
use super::xids::XidLog;

/// How long one wait lasts, and so how long the thread may outlive its connection.
const WAIT_MS: u32 = 500;
/// NVML's number for an XID without a known meaning.
const UNKNOWN_XID: u64 = 999;

/// Ends the thread when it is dropped.
pub(super) struct Listener {
    stop: Arc<AtomicBool>,
}

impl Listener {
    /// Listens to the first `count` GPUs.
    pub(super) fn start(nvml: Arc<Nvml>, count: u32, log: Arc<XidLog>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        std::thread::Builder::new()
            .name("gpu-events".to_owned())
            .spawn(move || listen(&nvml, count, &log, &stopped))
            .expect("the system has room for one more thread");
        Self { stop }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn listen(nvml: &Nvml, count: u32, log: &XidLog, stopped: &AtomicBool) {
    // Dropping a set panics in a library without the function that frees it: there, none is made.
    if nvml.lib().nvmlEventSetFree.is_err() {
        return;
    }
    let set = match nvml.create_event_set() {
        Ok(set) => set,
        Err(error) => return tracing::debug!("no XIDs will be seen: {error}"),
    };
    let gpus = register(nvml, count, &set);
    log.watch(gpus.values().cloned());
    while !stopped.load(Ordering::Relaxed) && !gpus.is_empty() {
        match set.wait(WAIT_MS) {
            Ok(event) => {
                // The GPU may not answer any more: what it is called was asked when it still did.
                let uuid = gpus.get(&raw::address(&event.device));
                if let (Some(uuid), Some(xid)) = (uuid, event.event_data) {
                    let number = if let XidError::Value(number) = xid { number } else { UNKNOWN_XID };
                    tracing::warn!(gpu = uuid, xid = number, "XID {number} on GPU {uuid}");
                    log.record(uuid, number, SystemTime::now());
                }
            }
            Err(NvmlError::Timeout) => {}
            Err(NvmlError::Uninitialized | NvmlError::DriverNotLoaded) => return,
            // A lost GPU makes waiting fail at once; the others' events still come.
            Err(_) => std::thread::sleep(Duration::from_millis(WAIT_MS.into())),
        }
    }
}

/// Registers those GPUs that have such events; the answer is their UUIDs by handle.
fn register(nvml: &Nvml, count: u32, set: &EventSet<'_>) -> HashMap<usize, String> {
    let gpu = |index| {
        let device = nvml.device_by_index(index).ok()?;
        let uuid = device.uuid().ok()?;
        raw::register_xids(nvml, &device, set).ok()?;
        Some((raw::address(&device), uuid))
    };
    (0..count).filter_map(gpu).collect()
}
