//! Processes on a GPU, where they are asked for.

use super::Labelled;
use crate::sample::{Families, Value};

pub(super) fn write(gpus: &[Labelled], out: &mut Families) {
    let memory = out.gauge("sightline_gpu_process_memory_bytes", "Frame buffer that a process holds.");
    let help = "Part of the time in which a kernel of the process ran.";
    let utilization = out.gauge("sightline_gpu_process_utilization_ratio", help);
    for gpu in gpus {
        let Some((values, _)) = gpu.values() else { continue };
        for process in &values.processes {
            let (pid, instance) = (process.pid.to_string(), process.gpu_instance.map(|id| id.to_string()));
            let mut more = vec![("pid", pid.as_str()), ("name", process.name.as_str())];
            more.extend(process.container.as_deref().map(|id| ("container_id", id)));
            more.extend(process.pod.as_deref().map(|uid| ("pod_uid", uid)));
            more.extend(instance.as_deref().map(|id| ("GPU_I_ID", id)));
            if let Some(bytes) = process.memory_bytes {
                out.add_prefixed(memory, &gpu.prefix, &more, bytes);
            }
            if let Some(percent) = process.sm_percent {
                out.add_prefixed(utilization, &gpu.prefix, &more, Value::Float(f64::from(percent) / 100.0));
            }
        }
    }
}
