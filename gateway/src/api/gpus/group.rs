//! GPUs together: sums and extremes, of those that report.

use std::collections::BTreeMap;

use crate::api::servers::Filterable as _;
use crate::wire::gpu::GpuGroup;

use super::row::{Column, GroupBy, Row};

/// The groups, by name.
pub(super) fn groups(by: &GroupBy, rows: &[Row<'_>]) -> Vec<GpuGroup> {
    let mut members: BTreeMap<_, Vec<&Row<'_>>> = BTreeMap::new();
    for row in rows {
        members.entry(row.group(by)).or_default().push(row);
    }
    members.into_iter().map(|(name, rows)| sum(name.to_owned(), rows)).collect()
}

pub(super) fn sum<'a, 'b: 'a>(name: String, rows: impl IntoIterator<Item = &'a Row<'b>>) -> GpuGroup {
    let mut group = GpuGroup { name, ..GpuGroup::default() };
    let mut utilization = Vec::new();
    for row in rows {
        let gpu = row.gpu;
        match gpu.mig_id {
            Some(_) => group.instances += 1,
            None => group.count += 1,
        }
        group.lost += usize::from(gpu.up == Some(false));
        // What is said of a split GPU is said of each instance, too.
        group.warned += usize::from(gpu.mig_id.is_none() && !gpu.warnings.is_empty());
        utilization.extend(row.value(Column::Utilization));
        // One is a share of the other only where both are known.
        if gpu.memory_total_bytes.is_some() {
            add(&mut group.memory_used_bytes, gpu.memory_used_bytes);
            add(&mut group.memory_total_bytes, gpu.memory_total_bytes);
        }
        add(&mut group.power_watts, gpu.power_watts);
        add(&mut group.power_limit_watts, gpu.power_watts.and(gpu.power_limit_watts));
        group.temperature_celsius = larger(group.temperature_celsius, gpu.temperature_celsius);
    }
    group.busiest_ratio = utilization.iter().copied().reduce(f64::max);
    group.utilization_ratio =
        (!utilization.is_empty()).then(|| utilization.iter().sum::<f64>() / utilization.len() as f64);
    group
}

fn add(sum: &mut Option<f64>, value: Option<f64>) {
    if let Some(value) = value {
        *sum = Some(sum.unwrap_or(0.0) + value);
    }
}

fn larger(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::max)
}
