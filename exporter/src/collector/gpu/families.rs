//! Samples of GPUs, from values alone: DCGM's families as they were chosen, then our own.

mod board;
mod dcgm;
mod errors;
mod links;
mod mig;
mod presence;
mod processes;

use super::dcgm::Selected;
use super::labels::{LabelSettings, Labels};
use super::values::{Gpu, Identity, Readings, State, Values};
use super::workloads::Workloads;
use crate::sample::{Families, Kind, LabelPrefix, Value};

pub(super) use errors::fields as own_fields;
pub(super) use links::fields as link_fields;

/// What stays the same from scrape to scrape.
pub(super) struct Exported {
    pub(super) labels: LabelSettings,
    pub(super) selection: Vec<Selected>,
}

/// Writes everything that the readings hold.
pub(super) fn write(readings: &Readings, exported: &Exported, workloads: &Workloads, out: &mut Families) {
    let labelled = |gpu| Labelled { gpu, prefix: Labels::of_gpu(&gpu.identity).prefix() };
    let gpus: Vec<Labelled> = readings.gpus.iter().map(labelled).collect();

    dcgm::write(readings, exported, workloads, out);
    presence::write(readings, &gpus, out);
    errors::write(&gpus, out);
    board::write(&gpus, out);
    links::write(&gpus, out);
    mig::write(readings, out);
    processes::write(&gpus, out);
}

/// A GPU with the labels that all its own series begin with.
struct Labelled<'a> {
    gpu: &'a Gpu,
    prefix: LabelPrefix,
}

impl Labelled<'_> {
    /// What the GPU answered, if it did.
    fn values(&self) -> Option<(&Values, &Identity)> {
        match &self.gpu.state {
            State::Up(values) => Some((values, &self.gpu.identity)),
            State::Down | State::Silent => None,
        }
    }
}

/// A family with at most one series per GPU.
fn write_one(
    out: &mut Families,
    (kind, name, help): (Kind, &str, &str),
    gpus: &[Labelled],
    value: impl Fn(&Values, &Identity) -> Option<Value>,
) {
    let family = out.declare(kind, name, help);
    for gpu in gpus {
        if let Some(value) = gpu.values().and_then(|(values, identity)| value(values, identity)) {
            out.add_prefixed(family, &gpu.prefix, &[], value);
        }
    }
}

/// A family with several series per GPU, told apart by one more label. Series in the label's order, in which they are
/// exposed, save sorting them.
fn write_by<L: AsRef<str>>(
    out: &mut Families,
    (kind, name, help): (Kind, &str, &str),
    label: &str,
    gpus: &[Labelled],
    series: impl Fn(&Values, &Identity) -> Vec<(L, Value)>,
) {
    let family = out.declare(kind, name, help);
    for gpu in gpus {
        let Some((values, identity)) = gpu.values() else { continue };
        for (which, value) in series(values, identity) {
            out.add_prefixed(family, &gpu.prefix, &[(label, which.as_ref())], value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::collector::gpu::dcgm::default_selection;
    use crate::collector::gpu::field_key::{FieldKey, FieldValues, sorted};
    use crate::collector::gpu::values::{Gpm, Instance, Memory, Mig, Xid};
    use crate::exposition::{Format, encode};

    fn gpu(index: u32, state: State) -> Gpu {
        let identity = Identity { index, uuid: format!("GPU-{index}"), name: "T".to_owned(), ..Identity::default() };
        Gpu { identity: Arc::new(identity), state, xids: None }
    }

    fn up(values: Values) -> State {
        State::Up(Box::new(values))
    }

    /// The series of these GPUs whose lines begin with one of `families`, without the labels that all have.
    fn series(gpus: Vec<Gpu>, families: &[&str]) -> Vec<String> {
        let labels = LabelSettings { hostname_label: "Hostname".to_owned(), hostname: "n".to_owned() };
        let exported = Exported { labels, selection: default_selection() };
        let mut out = Families::default();
        let readings = Readings { gpus, ..Readings::default() };
        write(&readings, &exported, &Workloads::default(), &mut out);
        let mut text = Vec::new();
        encode(&out, Format::Text, &mut text);
        let text = String::from_utf8(text).unwrap();
        let wanted = text.lines().filter(|line| families.iter().any(|family| line.starts_with(family)));
        let bare = |line: &str| {
            let line = line.replace(",pci_bus_id=\"\"", "").replace(",modelName=\"T\"", "");
            line.replace(",Hostname=\"n\",DCGM_FI_DRIVER_VERSION=\"\"", "")
        };
        wanted.map(bare).collect()
    }

    #[test]
    fn a_value_that_is_missing_is_left_out_and_zero_is_zero() {
        let values = Values { gpu_percent: Some(0), ..Values::default() };
        let found = series(vec![gpu(0, up(values))], &["DCGM_", "sightline_gpu_up"]);
        assert_eq!(
            found,
            [
                r#"DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-0",device="nvidia0"} 0"#,
                r#"sightline_gpu_up{gpu="0",UUID="GPU-0",device="nvidia0"} 1"#,
            ]
        );
    }

    #[test]
    fn a_gpu_that_is_down_or_silent_keeps_its_errors() {
        let mut down = gpu(0, State::Down);
        let xid = |number, last| Xid { number, count: 2, last };
        down.xids = Some(vec![xid(31, 20.5), xid(79, 10.0)]);
        let found = series(vec![down, gpu(1, State::Silent)], &["DCGM_", "sightline_gpu_up", "sightline_gpu_xid"]);
        assert_eq!(
            found,
            [
                r#"DCGM_FI_DEV_XID_ERRORS{gpu="0",UUID="GPU-0",device="nvidia0"} 31"#,
                r#"sightline_gpu_up{gpu="0",UUID="GPU-0",device="nvidia0"} 0"#,
                r#"sightline_gpu_up{gpu="1",UUID="GPU-1",device="nvidia1"} 0"#,
                r#"sightline_gpu_xid_errors_total{gpu="0",UUID="GPU-0",device="nvidia0",xid="31"} 2"#,
                r#"sightline_gpu_xid_errors_total{gpu="0",UUID="GPU-0",device="nvidia0",xid="79"} 2"#,
                r#"sightline_gpu_xid_last_timestamp_seconds{gpu="0",UUID="GPU-0",device="nvidia0",xid="31"} 20.5"#,
                r#"sightline_gpu_xid_last_timestamp_seconds{gpu="0",UUID="GPU-0",device="nvidia0",xid="79"} 10"#,
            ]
        );
    }

    #[test]
    fn a_sensor_that_is_not_there_and_a_metric_without_a_value_are_left_out() {
        let temperature = FieldKey::of_gpu(82);
        let fields = FieldValues::new(sorted([temperature]), vec![Some(Value::Unsigned(4_294_967_295))]);
        let values = Values { fields, gpm: Gpm(vec![(1, f64::NAN), (5, 25.0)]), ..Values::default() };
        assert_eq!(
            series(vec![gpu(0, up(values))], &["DCGM_"]),
            [r#"DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{gpu="0",UUID="GPU-0",device="nvidia0"} 0.25"#]
        );
    }

    #[test]
    fn of_a_split_gpu_the_instances_are_told_where_they_have_a_value() {
        let memory = |used| Some(Memory { total: 3 << 20, reserved: None, free: 0, used });
        let instance = Instance {
            id: 7,
            profile: "1g.10gb".to_owned(),
            uuid: "MIG-1".to_owned(),
            memory: memory(1 << 20),
            gpm: Gpm(vec![(1, 50.0)]),
        };
        let mig = Some(Mig { enabled: true, instances: vec![instance] });
        let gpm = Gpm(vec![(1, 20.0), (20, 1.0)]);
        let values = Values { memory: memory(2 << 20), gpm, mig, ..Values::default() };
        let of_gpu = r#"{gpu="0",UUID="GPU-0",device="nvidia0"}"#;
        let of_instance = r#"{gpu="0",UUID="GPU-0",device="nvidia0",GPU_I_PROFILE="1g.10gb",GPU_I_ID="7"}"#;
        assert_eq!(
            series(vec![gpu(0, up(values))], &["DCGM_FI_DEV_FB_USED", "DCGM_FI_PROF"]),
            [
                format!("DCGM_FI_DEV_FB_USED{of_instance} 1"),
                format!("DCGM_FI_PROF_GR_ENGINE_ACTIVE{of_instance} 0.5"),
                format!("DCGM_FI_PROF_PCIE_TX_BYTES{of_gpu} 1048576"),
            ]
        );
    }
}
