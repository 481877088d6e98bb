//! DCGM's families: the selected fields of every GPU and of every MIG instance.

use super::Exported;
use crate::collector::gpu::dcgm::{Selected, Source};
use crate::collector::gpu::labels::Labels;
use crate::collector::gpu::values::{Gpu, Instance, Readings, State};
use crate::collector::gpu::workloads::Workloads;
use crate::sample::{Families, LabelPrefix, Value};

/// A GPU or one of its instances, with its labels.
struct Subject<'a> {
    labels: LabelPrefix,
    gpu: &'a Gpu,
    instance: Option<&'a Instance>,
}

pub(super) fn write(readings: &Readings, exported: &Exported, workloads: &Workloads, out: &mut Families) {
    let subjects = subjects(readings, exported, workloads);
    for selected in &exported.selection {
        if matches!(selected.source, Source::Label(_)) {
            continue;
        }
        let family = out.declare(selected.kind, &selected.name, &selected.help);
        for subject in &subjects {
            if let Some(value) = subject.value(selected)
                && !subject.is_told_by_instances(selected)
            {
                out.add_prefixed(family, &subject.labels, &[], value);
            }
        }
    }
}

fn subjects<'a>(readings: &'a Readings, exported: &Exported, workloads: &Workloads) -> Vec<Subject<'a>> {
    let mut subjects = Vec::new();
    let finish = |labels: Labels, gpu: &Gpu, uuid: &str| {
        let workload = workloads.of(uuid);
        labels
            .with_dcgm(&gpu.identity, &readings.driver_version, &exported.labels, &exported.selection, workload)
            .prefix()
    };
    for gpu in &readings.gpus {
        let labels = finish(Labels::of_gpu(&gpu.identity), gpu, &gpu.identity.uuid);
        subjects.push(Subject { labels, gpu, instance: None });
        for instance in gpu.instances() {
            let labels = finish(Labels::of_instance(&gpu.identity, instance), gpu, &instance.uuid);
            subjects.push(Subject { labels, gpu, instance: Some(instance) });
        }
    }
    subjects
}

impl Subject<'_> {
    /// Whether this is a split GPU whose instances have the field: then the GPU's own value would count twice in a sum.
    fn is_told_by_instances(&self, selected: &Selected) -> bool {
        let tells = |instance| of_instance(instance, selected.source).is_some();
        self.instance.is_none() && self.gpu.instances().iter().any(tells)
    }

    fn value(&self, selected: &Selected) -> Option<Value> {
        match self.instance {
            Some(instance) => of_instance(instance, selected.source),
            None => self.of_gpu(selected.source),
        }
    }

    fn of_gpu(&self, source: Source) -> Option<Value> {
        if let Source::LastXid = source {
            return self.gpu.last_xid().map(Value::Unsigned);
        }
        let State::Up(values) = &self.gpu.state else { return None };
        match source {
            Source::Gpu(value) => value(values, &self.gpu.identity),
            Source::Memory(part) => mebibytes(part(values.memory?)?),
            Source::Field { key, at_most } => {
                values.fields.get_f64(key).filter(|value| *value <= at_most).and(values.fields.get(key))
            }
            Source::Gpm { metric, divisor } => scaled(values.gpm.get(metric)?, divisor),
            Source::LastXid | Source::Label(_) => None,
        }
    }
}

fn of_instance(instance: &Instance, source: Source) -> Option<Value> {
    match source {
        Source::Memory(part) => mebibytes(part(instance.memory?)?),
        Source::Gpm { metric, divisor } => scaled(instance.gpm.get(metric)?, divisor),
        _ => None,
    }
}

fn mebibytes(bytes: u64) -> Option<Value> {
    Some(Value::Unsigned(bytes >> 20))
}

/// GPM says NaN for what it could not measure between two samples.
fn scaled(value: f64, divisor: f64) -> Option<Value> {
    (!value.is_nan()).then_some(Value::Float(value / divisor))
}
