//! What goes wrong with a GPU, or holds it back: XIDs, clock events, ECC errors, retired pages and remapped rows.

use super::{Labelled, write_by, write_one};
use crate::collector::gpu::field_key::FieldKey;
use crate::sample::{Families, Kind, Value};

/// Nanoseconds in which clocks were lowered, by reason.
const CLOCK_EVENT_TIMES: [(FieldKey, &str); 11] = [
    (FieldKey::of_gpu(80), "application_clocks"),
    (FieldKey::of_gpu(81), "base_clocks"),
    (FieldKey::of_gpu(77), "board_limit"),
    (FieldKey::of_gpu(253), "hw_power_brake_slowdown"),
    (FieldKey::of_gpu(252), "hw_thermal_slowdown"),
    (FieldKey::of_gpu(78), "low_utilization"),
    (FieldKey::of_gpu(79), "reliability"),
    (FieldKey::of_gpu(74), "sw_power_cap"),
    (FieldKey::of_gpu(251), "sw_thermal_slowdown"),
    (FieldKey::of_gpu(76), "sync_boost"),
    (FieldKey::of_gpu(75), "thermal"),
];

/// NVML's bits of the reasons that hold now.
const CLOCK_EVENT_BITS: [(u64, &str); 9] = [
    (0x2, "application_clocks"),
    (0x100, "display_clocks"),
    (0x1, "gpu_idle"),
    (0x80, "hw_power_brake_slowdown"),
    (0x8, "hw_slowdown"),
    (0x40, "hw_thermal_slowdown"),
    (0x4, "sw_power_cap"),
    (0x20, "sw_thermal_slowdown"),
    (0x10, "sync_boost"),
];

const ECC_ERRORS: [(FieldKey, &str, &str); 4] = [
    (FieldKey::of_gpu(3), "corrected", "volatile"),
    (FieldKey::of_gpu(4), "uncorrected", "volatile"),
    (FieldKey::of_gpu(5), "corrected", "aggregate"),
    (FieldKey::of_gpu(6), "uncorrected", "aggregate"),
];
const RETIRED_PAGES: [(FieldKey, &str); 2] =
    [(FieldKey::of_gpu(30), "double_bit"), (FieldKey::of_gpu(29), "single_bit")];
const REMAPPED_ROWS: [(FieldKey, &str); 2] =
    [(FieldKey::of_gpu(142), "correctable"), (FieldKey::of_gpu(143), "uncorrectable")];
const ECC_ENABLED: FieldKey = FieldKey::of_gpu(1);
const PAGES_PENDING: FieldKey = FieldKey::of_gpu(31);
const ROWS_PENDING: FieldKey = FieldKey::of_gpu(144);
const ROWS_FAILED: FieldKey = FieldKey::of_gpu(145);

/// Every field value that these families are made of.
pub(in crate::collector::gpu) fn fields() -> impl Iterator<Item = FieldKey> {
    let single = [ECC_ENABLED, PAGES_PENDING, ROWS_PENDING, ROWS_FAILED];
    let by_cause = CLOCK_EVENT_TIMES.into_iter().chain(RETIRED_PAGES).chain(REMAPPED_ROWS).map(|(key, _)| key);
    by_cause.chain(ECC_ERRORS.into_iter().map(|(key, ..)| key)).chain(single)
}

pub(super) fn write(gpus: &[Labelled], out: &mut Families) {
    write_xids(gpus, out);
    write_clock_events(gpus, out);
    write_ecc(gpus, out);
    write_repairs(gpus, out);
}

/// Of every GPU, also one that does not answer any more: an XID is often the last it says.
fn write_xids(gpus: &[Labelled], out: &mut Families) {
    let total = out.counter("sightline_gpu_xid_errors_total", "XID errors since the exporter began, by number.");
    let last = out.gauge("sightline_gpu_xid_last_timestamp_seconds", "When the last XID with this number was seen.");
    for gpu in gpus {
        for xid in gpu.gpu.xids.iter().flatten() {
            let number = xid.number.to_string();
            out.add_prefixed(total, &gpu.prefix, &[("xid", &number)], xid.count);
            out.add_prefixed(last, &gpu.prefix, &[("xid", &number)], xid.last);
        }
    }
}

fn write_clock_events(gpus: &[Labelled], out: &mut Families) {
    let help = "Time in which clocks were lowered, by reason.";
    let family = (Kind::Counter, "sightline_gpu_clock_event_seconds_total", help);
    write_by(out, family, "reason", gpus, |values, _| {
        let times = CLOCK_EVENT_TIMES.iter().map(|(key, reason)| (reason, values.fields.get_f64(*key)));
        times.filter_map(|(reason, nanos)| Some((*reason, Value::Float(nanos? / 1e9)))).collect()
    });

    let family = (Kind::Gauge, "sightline_gpu_clock_event_active", "Whether clocks are lowered now, by reason.");
    write_by(out, family, "reason", gpus, |values, _| {
        let Some(mask) = values.clock_event_reasons else { return Vec::new() };
        CLOCK_EVENT_BITS.iter().map(|(bit, reason)| (*reason, Value::from(mask & bit != 0))).collect()
    });
}

fn write_ecc(gpus: &[Labelled], out: &mut Families) {
    let family = (Kind::Gauge, "sightline_gpu_ecc_enabled", "Whether memory errors are corrected.");
    write_one(out, family, gpus, |values, _| values.fields.get(ECC_ENABLED));

    let help = "Memory errors: `volatile` since the driver was loaded, `aggregate` in the GPU's life.";
    let total = out.counter("sightline_gpu_ecc_errors_total", help);
    for gpu in gpus {
        let Some((values, _)) = gpu.values() else { continue };
        for (key, kind, counter) in ECC_ERRORS {
            if let Some(value) = values.fields.get(key) {
                out.add_prefixed(total, &gpu.prefix, &[("type", kind), ("counter", counter)], value);
            }
        }
    }
}

fn write_repairs(gpus: &[Labelled], out: &mut Families) {
    let by = |causes: [(FieldKey, &'static str); 2]| {
        move |values: &crate::collector::gpu::values::Values, _: &_| {
            let known = causes.into_iter().filter_map(|(key, cause)| Some((cause, values.fields.get(key)?)));
            known.collect()
        }
    };
    let family = (Kind::Gauge, "sightline_gpu_retired_pages", "Memory pages taken out of use, by cause.");
    write_by(out, family, "cause", gpus, by(RETIRED_PAGES));
    let family =
        (Kind::Gauge, "sightline_gpu_retired_pages_pending", "Whether a page waits for a reset to be retired.");
    write_one(out, family, gpus, |values, _| values.fields.get(PAGES_PENDING));

    let family = (Kind::Gauge, "sightline_gpu_remapped_rows", "Memory rows replaced by spare ones, by cause.");
    write_by(out, family, "cause", gpus, by(REMAPPED_ROWS));
    let family =
        (Kind::Gauge, "sightline_gpu_remapped_rows_pending", "Whether a row waits for a reset to be remapped.");
    write_one(out, family, gpus, |values, _| values.fields.get(ROWS_PENDING));
    let family = (Kind::Gauge, "sightline_gpu_remapped_rows_failed", "Whether remapping a row has failed.");
    write_one(out, family, gpus, |values, _| values.fields.get(ROWS_FAILED));
}
