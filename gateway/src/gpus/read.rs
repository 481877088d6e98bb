//! From samples to the GPUs of one server. Pure, and it cannot fail: what is missing stays `None`.

use std::collections::BTreeMap;

use crate::prometheus::promql::TAG;
use crate::prometheus::promql::gpus::{HELD_BACK, PROCESSES};
use crate::prometheus::response::{Labels, Sample};
use crate::wire::gpu::{Gpu, GpuHeldBack, GpuProcess, GpuWarning, GpuXid};

use super::xid;

const MEBIBYTE: f64 = 1_048_576.0;
const MEGAHERTZ: f64 = 1e6;

/// The GPUs of one server while they are put together, by index and instance, so that they come out in order.
#[derive(Default)]
pub struct Gpus<'a> {
    gpus: BTreeMap<Place<'a>, Parts>,
    processes: BTreeMap<(Place<'a>, &'a str), GpuProcess>,
}

/// Number, index and instance; where a GPU never told its index, its place on the bus.
type Place<'a> = (u64, &'a str, u64, &'a str);

#[derive(Default)]
struct Parts {
    wire: Gpu,
    used: Option<f64>,
    free: Option<f64>,
    reserved: Option<f64>,
    engine: Option<f64>,
    copying: Option<f64>,
    /// By number: when it came last, and how often.
    xids: BTreeMap<u32, (Option<f64>, Option<f64>)>,
    undated_xid: Option<u32>,
}

impl<'a> Gpus<'a> {
    /// Takes in a sample; what two exporters say of one GPU is taken from the first.
    pub fn take(&mut self, sample: &'a Sample<'_>) {
        let Some(value) = sample.finite() else { return };
        let labels = &sample.labels;
        let name = labels.get(TAG).unwrap_or_else(|| labels.value("__name__"));
        if let Some(field) = name.strip_prefix("sightline_gpu_process_") {
            return self.take_process(field, labels, value);
        }
        let parts = self.gpus.entry(place(labels)).or_default();
        parts.identify(labels);
        parts.take(name, labels, value);
    }

    fn take_process(&mut self, field: &str, labels: &'a Labels<'_>, value: f64) {
        let process = self.processes.entry((place(labels), labels.value("pid"))).or_insert_with(|| GpuProcess {
            gpu: labels.value("gpu").to_owned(),
            mig_id: text(labels, "GPU_I_ID"),
            pid: labels.value("pid").to_owned(),
            name: text(labels, "name"),
            container_id: text(labels, "container_id"),
            pod_uid: text(labels, "pod_uid"),
            ..GpuProcess::default()
        });
        match field {
            "memory_bytes" => process.memory_bytes = Some(value),
            "utilization_ratio" => process.utilization_ratio = Some(value),
            _ => {}
        }
    }

    /// The GPUs, and their processes with the largest first on each.
    pub fn finish(self) -> (Vec<Gpu>, Vec<GpuProcess>) {
        let gpus = self.gpus.into_values().map(Parts::finish).collect();
        let mut processes: Vec<_> = self.processes.into_iter().collect();
        let memory = |process: &GpuProcess| process.memory_bytes.unwrap_or(0.0);
        processes.sort_by(|((a_place, _), a), ((b_place, _), b)| {
            a_place.cmp(b_place).then_with(|| memory(b).total_cmp(&memory(a)))
        });
        (gpus, processes.into_iter().map(|(_, process)| process).collect())
    }
}

fn place<'a>(labels: &'a Labels<'_>) -> Place<'a> {
    let gpu = labels.value("gpu");
    let number = |text: &str| text.parse().unwrap_or(u64::MAX);
    let instance = labels.get("GPU_I_ID").filter(|id| !id.is_empty()).map_or(0, |id| number(id).saturating_add(1));
    (number(gpu), gpu, instance, if gpu.is_empty() { labels.value("pci_bus_id") } else { "" })
}

fn text(labels: &Labels<'_>, name: &str) -> Option<String> {
    labels.get(name).filter(|text| !text.is_empty()).map(str::to_owned)
}

impl Parts {
    /// Not every family has every label.
    fn identify(&mut self, labels: &Labels<'_>) {
        let gpu = &mut self.wire;
        if gpu.gpu.is_empty() {
            gpu.gpu = labels.value("gpu").to_owned();
        }
        for (place, label) in [
            (&mut gpu.uuid, "UUID"),
            (&mut gpu.name, "modelName"),
            (&mut gpu.pci_bus_id, "pci_bus_id"),
            (&mut gpu.mig_profile, "GPU_I_PROFILE"),
            (&mut gpu.mig_id, "GPU_I_ID"),
        ] {
            if place.is_none() {
                *place = text(labels, label);
            }
        }
    }

    fn take(&mut self, name: &str, labels: &Labels<'_>, value: f64) {
        let gpu = &mut self.wire;
        let (place, value) = match name {
            "DCGM_FI_DEV_GPU_UTIL" => (&mut gpu.utilization_ratio, value / 100.0),
            "DCGM_FI_PROF_GR_ENGINE_ACTIVE" => (&mut self.engine, value),
            "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE" => (&mut gpu.tensor_ratio, value),
            "DCGM_FI_PROF_DRAM_ACTIVE" => (&mut gpu.memory_activity_ratio, value),
            "DCGM_FI_DEV_MEM_COPY_UTIL" => (&mut self.copying, value / 100.0),
            "DCGM_FI_DEV_FB_USED" => (&mut self.used, value * MEBIBYTE),
            "DCGM_FI_DEV_FB_FREE" => (&mut self.free, value * MEBIBYTE),
            "DCGM_FI_DEV_FB_RESERVED" => (&mut self.reserved, value * MEBIBYTE),
            "DCGM_FI_DEV_GPU_TEMP" => (&mut gpu.temperature_celsius, value),
            "DCGM_FI_DEV_MEMORY_TEMP" => (&mut gpu.memory_temperature_celsius, value),
            "DCGM_FI_DEV_POWER_USAGE" => (&mut gpu.power_watts, value),
            "DCGM_FI_DEV_POWER_MGMT_LIMIT" | "sightline_gpu_power_limit_watts" => (&mut gpu.power_limit_watts, value),
            "DCGM_FI_DEV_SM_CLOCK" => (&mut gpu.clock_hertz, value * MEGAHERTZ),
            "DCGM_FI_DEV_MEM_CLOCK" => (&mut gpu.memory_clock_hertz, value * MEGAHERTZ),
            "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL" => (&mut gpu.ecc_corrected, value),
            "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL" => (&mut gpu.ecc_uncorrected, value),
            "sightline_gpu_mig_instances" => (&mut gpu.mig_instances, value),
            PROCESSES => (&mut gpu.processes, value),
            "sightline_gpu_up" => return gpu.up = Some(value != 0.0),
            HELD_BACK => {
                let reason = labels.value("reason").to_owned();
                return gpu.held_back.push(GpuHeldBack { reason, ratio: value.clamp(0.0, 1.0) });
            }
            _ => return self.take_xid(name, labels, value),
        };
        place.get_or_insert(value);
    }

    fn take_xid(&mut self, name: &str, labels: &Labels<'_>, value: f64) {
        if name == "DCGM_FI_DEV_XID_ERRORS" {
            self.undated_xid = Some(value as u32).filter(|&code| code > 0);
            return;
        }
        let Ok(code) = labels.value("xid").parse() else { return };
        let known = self.xids.entry(code).or_default();
        match name {
            "sightline_gpu_xid_last_timestamp_seconds" => known.0 = Some(value),
            "sightline_gpu_xid_errors_total" => known.1 = Some(value),
            _ => {}
        }
    }

    fn finish(self) -> Gpu {
        let mut gpu = self.wire;
        gpu.memory_used_bytes = self.used;
        // Before driver 510 there is no reserved part.
        gpu.memory_total_bytes =
            self.used.zip(self.free).map(|(used, free)| used + free + self.reserved.unwrap_or(0.0));
        // A split GPU and its instances have no utilization, but they say whether their engine works.
        gpu.utilization_ratio = gpu.utilization_ratio.or(self.engine);
        gpu.memory_activity_ratio = gpu.memory_activity_ratio.or(self.copying);
        gpu.held_back.sort_by(|a, b| b.ratio.total_cmp(&a.ratio).then_with(|| a.reason.cmp(&b.reason)));
        let last =
            self.xids.into_iter().max_by(|(_, (a, _)), (_, (b, _))| a.unwrap_or(0.0).total_cmp(&b.unwrap_or(0.0)));
        let last = last.map(|(code, (at, count))| (code, at, count));
        gpu.xid = last.or(self.undated_xid.map(|code| (code, None, None))).map(|(code, at, count)| GpuXid {
            code,
            meaning: xid::meaning(code).map(str::to_owned),
            at,
            count,
        });
        gpu
    }
}

/// Gives each GPU what is to be said of it; an instance has what is said of its GPU.
pub fn assign(gpus: &mut [Gpu], warnings: &[GpuWarning]) {
    for gpu in gpus {
        let names = [Some(gpu.gpu.as_str()).filter(|index| !index.is_empty()), gpu.pci_bus_id.as_deref()];
        let is_of = |warning: &&GpuWarning| warning.gpu.is_some() && names.contains(&warning.gpu.as_deref());
        gpu.warnings = warnings.iter().filter(is_of).cloned().collect();
    }
}

#[cfg(test)]
mod tests {
    use crate::prometheus::response::{VectorData, parse};
    use crate::wire::gpu::GpuWarningKind;

    use super::*;

    /// `{"gpu":"0"} 1`, a sample a line.
    fn gpus(lines: &str) -> (Vec<Gpu>, Vec<GpuProcess>) {
        let samples = lines.lines().map(str::trim).map(|line| {
            let (labels, value) = line.rsplit_once(' ').unwrap();
            format!(r#"{{"metric":{labels},"value":[0,"{value}"]}}"#)
        });
        let samples = samples.collect::<Vec<_>>().join(",");
        let body = format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{samples}]}}}}"#);
        let samples = parse::<VectorData<'_>>(body.as_bytes()).unwrap().data.result;
        let mut gpus = Gpus::default();
        samples.iter().for_each(|sample| gpus.take(sample));
        gpus.finish()
    }

    #[test]
    fn a_split_gpu_is_followed_by_its_instances() {
        let (gpus, _) = gpus(
            r#"{"__name__":"DCGM_FI_PROF_GR_ENGINE_ACTIVE","gpu":"1","GPU_I_ID":"9","GPU_I_PROFILE":"1g.10gb"} 0.5
            {"__name__":"DCGM_FI_DEV_FB_USED","gpu":"1","GPU_I_ID":"2","GPU_I_PROFILE":"3g.40gb"} 1
            {"__name__":"DCGM_FI_DEV_FB_FREE","gpu":"1","GPU_I_ID":"2","GPU_I_PROFILE":"3g.40gb"} 3
            {"__name__":"DCGM_FI_DEV_GPU_TEMP","gpu":"1","UUID":"GPU-b"} 60
            {"__name__":"sightline_gpu_mig_instances","gpu":"1","UUID":"GPU-b"} 2
            {"__name__":"DCGM_FI_DEV_GPU_TEMP","gpu":"0","UUID":"GPU-a"} 50"#,
        );
        let told: Vec<_> =
            gpus.iter().map(|it| (it.gpu.as_str(), it.mig_id.as_deref(), it.temperature_celsius)).collect();
        let instance = |id| ("1", Some(id), None);
        assert_eq!(told, [("0", None, Some(50.0)), ("1", None, Some(60.0)), instance("2"), instance("9")]);
        assert_eq!(gpus[1].mig_instances, Some(2.0));
        assert_eq!((gpus[2].memory_used_bytes, gpus[2].memory_total_bytes), (Some(MEBIBYTE), Some(4.0 * MEBIBYTE)));
        assert_eq!((gpus[2].utilization_ratio, gpus[3].utilization_ratio), (None, Some(0.5)));
    }

    #[test]
    fn what_is_not_told_is_missing_and_what_is_told_twice_is_taken_once() {
        let (gpus, _) = gpus(
            r#"{"__name__":"DCGM_FI_DEV_GPU_UTIL","gpu":"0","job":"node"} 40
            {"__name__":"DCGM_FI_DEV_GPU_UTIL","gpu":"0","job":"dcgm"} 41
            {"__name__":"DCGM_FI_DEV_POWER_USAGE","gpu":"0"} NaN
            {"__name__":"DCGM_FI_DEV_FB_USED","gpu":"0"} 5"#,
        );
        assert_eq!(gpus.len(), 1);
        assert_eq!((gpus[0].utilization_ratio, gpus[0].power_watts), (Some(0.4), None));
        assert_eq!((gpus[0].memory_used_bytes, gpus[0].memory_total_bytes), (Some(5.0 * MEBIBYTE), None));
    }

    #[test]
    fn the_last_xid_is_told_with_its_time_and_an_undated_one_only_without() {
        let (known, _) = gpus(
            r#"{"__name__":"sightline_gpu_xid_last_timestamp_seconds","gpu":"0","xid":"31"} 200
            {"__name__":"sightline_gpu_xid_last_timestamp_seconds","gpu":"0","xid":"79"} 100
            {"__name__":"sightline_gpu_xid_errors_total","gpu":"0","xid":"31"} 4
            {"__name__":"DCGM_FI_DEV_XID_ERRORS","gpu":"0"} 79"#,
        );
        let xid = known[0].xid.as_ref().unwrap();
        assert_eq!((xid.code, xid.at, xid.count), (31, Some(200.0), Some(4.0)));
        let (undated, _) = gpus(
            r#"{"__name__":"DCGM_FI_DEV_XID_ERRORS","gpu":"0"} 79
            {"__name__":"DCGM_FI_DEV_XID_ERRORS","gpu":"1"} 0"#,
        );
        assert_eq!(undated[0].xid.as_ref().map(|xid| (xid.code, xid.at)), Some((79, None)));
        assert_eq!(undated[1].xid, None);
    }

    #[test]
    fn lost_gpus_are_told_apart_by_their_place_and_get_their_own_warnings() {
        let (mut gpus, _) = gpus(
            r#"{"__name__":"sightline_gpu_up","pci_bus_id":"00000000:3B:00.0"} 0
            {"__name__":"sightline_gpu_up","pci_bus_id":"00000000:5E:00.0"} 0
            {"__name__":"sightline_gpu_up","gpu":"0","pci_bus_id":"00000000:18:00.0"} 1"#,
        );
        let warning = |gpu: Option<&str>| GpuWarning {
            kind: GpuWarningKind::Lost,
            gpu: gpu.map(str::to_owned),
            value: None,
            since: None,
            meaning: None,
        };
        assign(&mut gpus, &[warning(Some("00000000:5E:00.0")), warning(None)]);
        let told: Vec<_> = gpus.iter().map(|it| (it.up, it.pci_bus_id.as_deref(), it.warnings.len())).collect();
        assert_eq!(
            told,
            [
                (Some(true), Some("00000000:18:00.0"), 0),
                (Some(false), Some("00000000:3B:00.0"), 0),
                (Some(false), Some("00000000:5E:00.0"), 1),
            ]
        );
    }

    #[test]
    fn processes_come_with_the_largest_first_on_each_gpu() {
        let (_, processes) = gpus(
            r#"{"__name__":"sightline_gpu_process_memory_bytes","gpu":"1","pid":"7","name":"a"} 5
            {"__name__":"sightline_gpu_process_memory_bytes","gpu":"0","pid":"8","name":"b"} 5
            {"__name__":"sightline_gpu_process_memory_bytes","gpu":"0","pid":"9","name":"c"} 6
            {"__name__":"sightline_gpu_process_utilization_ratio","gpu":"0","pid":"8","name":"b"} 0.25"#,
        );
        let told: Vec<_> = processes.iter().map(|it| (it.pid.as_str(), it.utilization_ratio)).collect();
        assert_eq!(told, [("9", None), ("8", Some(0.25)), ("7", None)]);
    }
}
