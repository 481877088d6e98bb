//! The processes on a GPU: memory from the driver's list, utilisation from its samples, names from procfs.

use std::collections::BTreeMap;
use std::path::Path;

use nvml_wrapper::Device;
use nvml_wrapper::enums::device::UsedGpuMemory;

use super::Plan;
use crate::collector::gpu::call::Calls;
use crate::collector::gpu::cgroup;
use crate::collector::gpu::values::Process;
use crate::source::{read_attribute, read_into};

/// The processes that hold most memory, as many as the plan allows.
pub(super) fn read(device: &Device<'_>, calls: &mut Calls, plan: &Plan) -> Vec<Process> {
    if plan.processes == 0 {
        return Vec::new();
    }
    let compute = calls.ask(|| device.running_compute_processes()).unwrap_or_default();
    let graphics = calls.ask(|| device.running_graphics_processes()).unwrap_or_default();
    let mut processes: BTreeMap<(u32, Option<u32>), Process> = BTreeMap::new();
    for listed in compute.into_iter().chain(graphics) {
        let process = processes.entry((listed.pid, listed.gpu_instance_id)).or_default();
        (process.pid, process.gpu_instance) = (listed.pid, listed.gpu_instance_id);
        if let UsedGpuMemory::Used(bytes) = listed.used_gpu_memory {
            process.memory_bytes = Some(bytes);
        }
    }
    let mut newest = BTreeMap::new();
    for sample in calls.ask(|| device.process_utilization_stats(None)).unwrap_or_default() {
        let latest = newest.entry(sample.pid).or_insert((sample.timestamp, sample.sm_util));
        *latest = (*latest).max((sample.timestamp, sample.sm_util));
    }

    let mut processes: Vec<Process> = processes.into_values().collect();
    processes.sort_by_key(|process| std::cmp::Reverse(process.memory_bytes));
    processes.truncate(plan.processes);
    for process in &mut processes {
        process.sm_percent = newest.get(&process.pid).map(|(_, percent)| *percent);
        describe(process, &plan.procfs);
    }
    processes
}

/// What procfs knows of the process. It may have ended, or be out of our sight: then its pid has to do.
fn describe(process: &mut Process, procfs: &Path) {
    let folder = procfs.join(process.pid.to_string());
    process.name = read_attribute(&folder.join("comm")).unwrap_or_default();
    let mut buffer = Vec::new();
    if let Ok(content) = read_into(&folder.join("cgroup"), &mut buffer) {
        (process.container, process.pod) = cgroup::container_and_pod(&String::from_utf8_lossy(content));
    }
}
