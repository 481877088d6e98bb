//! From the answer's parts to warnings, each where it belongs.

use crate::prometheus::promql::gpu_warnings as expressions;
use crate::prometheus::response::Labels;
use crate::wire::gpu::{GpuWarning, GpuWarningKind};

use super::xid;

/// What a sample of the part `tag` warns of; None when it is no part of ours.
pub fn warning(tag: &str, labels: &Labels<'_>, value: f64) -> Option<GpuWarning> {
    let kind = match tag {
        expressions::LOST | expressions::UNSEEN => GpuWarningKind::Lost,
        expressions::XID | expressions::UNDATED_XID => GpuWarningKind::Xid,
        expressions::ECC => GpuWarningKind::EccUncorrected,
        expressions::REMAP_FAILED => GpuWarningKind::RowRemapFailed,
        expressions::REMAP_PENDING => GpuWarningKind::RowRemapPending,
        expressions::THERMAL => GpuWarningKind::Thermal,
        expressions::POWER_BRAKE => GpuWarningKind::PowerBrake,
        expressions::POWER_CAPPED => GpuWarningKind::PowerCapped,
        expressions::IDLE_SINCE => GpuWarningKind::IdleReserved,
        _ => return None,
    };
    let label = |name: &str| labels.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let plain = GpuWarning {
        kind,
        gpu: label("gpu").or_else(|| label("pci_bus_id")),
        value: Some(value),
        since: None,
        meaning: None,
    };
    Some(match tag {
        expressions::LOST | expressions::REMAP_FAILED | expressions::REMAP_PENDING => {
            GpuWarning { value: None, ..plain }
        }
        expressions::XID => {
            let code = labels.value("xid").parse().ok()?;
            GpuWarning { value: Some(f64::from(code)), since: Some(value), meaning: meaning(code), ..plain }
        }
        expressions::UNDATED_XID => GpuWarning { meaning: meaning(value as u32), ..plain },
        expressions::THERMAL | expressions::POWER_BRAKE | expressions::POWER_CAPPED => {
            GpuWarning { value: Some(value.min(1.0)), ..plain }
        }
        expressions::IDLE_SINCE => GpuWarning { value: None, since: Some(value), ..plain },
        _ => plain,
    })
}

fn meaning(code: u32) -> Option<String> {
    xid::meaning(code).map(str::to_owned)
}

/// Adds a warning in its place: the worst first, then by GPU. What two exporters say of one GPU is said once.
pub fn add(warnings: &mut Vec<GpuWarning>, warning: GpuWarning) {
    let is_same = |it: &GpuWarning| {
        let is_same_xid = warning.kind != GpuWarningKind::Xid || it.value == warning.value;
        it.kind == warning.kind && it.gpu == warning.gpu && is_same_xid
    };
    if warnings.iter().any(is_same) {
        return;
    }
    let place = warnings.partition_point(|it| order(it) <= order(&warning));
    warnings.insert(place, warning);
}

/// By number where the name is one: 2 before 10.
fn order(warning: &GpuWarning) -> (GpuWarningKind, u64, Option<&str>) {
    let gpu = warning.gpu.as_deref();
    (warning.kind, gpu.and_then(|gpu| gpu.parse().ok()).unwrap_or(u64::MAX), gpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(tag: &str, labels: &[(&'static str, &'static str)], value: f64) -> Option<GpuWarning> {
        let labels = Labels(labels.iter().map(|&(name, value)| (name.into(), value.into())).collect());
        warning(tag, &labels, value)
    }

    #[test]
    fn an_xid_has_its_number_its_time_and_its_meaning() {
        let xid = one(expressions::XID, &[("gpu", "1"), ("xid", "79")], 1_700_000_000.0).unwrap();
        assert_eq!((xid.value, xid.since), (Some(79.0), Some(1_700_000_000.0)));
        assert_eq!(xid.meaning.as_deref(), Some("The GPU has fallen off the bus."));
        assert_eq!(one(expressions::XID, &[("gpu", "1"), ("xid", "many")], 1.0), None);
        assert_eq!(one(expressions::UNDATED_XID, &[("gpu", "1")], 79.0).unwrap().since, None);
        assert_eq!(one("temperature", &[], 1.0), None);
    }

    #[test]
    fn the_worst_comes_first_and_nothing_is_said_twice() {
        let mut warnings = Vec::new();
        for (tag, gpu) in [
            (expressions::POWER_CAPPED, "0"),
            (expressions::ECC, "10"),
            (expressions::ECC, "2"),
            (expressions::ECC, "2"),
            (expressions::LOST, "3"),
        ] {
            add(&mut warnings, one(tag, &[("gpu", gpu)], 0.7).unwrap());
        }
        let told: Vec<_> = warnings.iter().map(|it| (it.kind, it.gpu.as_deref().unwrap())).collect();
        let ecc = GpuWarningKind::EccUncorrected;
        assert_eq!(told, [(GpuWarningKind::Lost, "3"), (ecc, "2"), (ecc, "10"), (GpuWarningKind::PowerCapped, "0")]);
    }

    #[test]
    fn two_xids_of_one_gpu_are_two() {
        let mut warnings = Vec::new();
        for code in ["31", "79", "31"] {
            add(&mut warnings, one(expressions::XID, &[("gpu", "0"), ("xid", code)], 5.0).unwrap());
        }
        assert_eq!(warnings.iter().filter_map(|it| it.value).collect::<Vec<_>>(), [31.0, 79.0]);
    }

    #[test]
    fn a_gpu_that_never_told_an_index_is_named_by_its_place() {
        let lost = one(expressions::LOST, &[("pci_bus_id", "00000000:3B:00.0")], 0.0).unwrap();
        assert_eq!((lost.gpu.as_deref(), lost.value), (Some("00000000:3B:00.0"), None));
        let unseen = one(expressions::UNSEEN, &[("job", "node")], 2.0).unwrap();
        assert_eq!((unseen.gpu, unseen.value), (None, Some(2.0)));
    }
}
