//! The board around the chip: limits of power and temperature, fans, performance state, PCIe, BAR1, encoder sessions.

use super::{Labelled, write_by, write_one};
use crate::sample::Kind::Gauge;
use crate::sample::{Families, Value};

pub(super) fn write(gpus: &[Labelled], out: &mut Families) {
    write_limits(gpus, out);
    write_state(gpus, out);
    write_pcie(gpus, out);
}

fn write_limits(gpus: &[Labelled], out: &mut Families) {
    write_one(out, (Gauge, "sightline_gpu_power_limit_watts", "Power limit in force."), gpus, |values, _| {
        values.power_limit_milliwatts.map(watts)
    });
    let range = (Gauge, "sightline_gpu_power_limit_range_watts", "Lowest and highest power limit that can be set.");
    write_by(out, range, "bound", gpus, |_, gpu| {
        let Some((least, most)) = gpu.limits.power_milliwatts else { return Vec::new() };
        vec![("max", watts(most)), ("min", watts(least))]
    });
    let help = "Temperature at which the GPU slows down, or shuts down.";
    let threshold = (Gauge, "sightline_gpu_temperature_threshold_celsius", help);
    write_by(out, threshold, "threshold", gpus, |_, gpu| {
        let limits = [("shutdown", gpu.limits.shutdown_celsius), ("slowdown", gpu.limits.slowdown_celsius)];
        limits.into_iter().filter_map(|(name, celsius)| Some((name, celsius?.into()))).collect()
    });
}

fn write_state(gpus: &[Labelled], out: &mut Families) {
    let fan = (Gauge, "sightline_gpu_fan_speed_ratio", "Fan speed as a part of its highest.");
    write_by(out, fan, "fan", gpus, |values, _| {
        let fans = values.fans.iter().enumerate();
        fans.filter_map(|(at, percent)| Some((at.to_string(), Value::Float(f64::from((*percent)?) / 100.0)))).collect()
    });
    write_one(
        out,
        (Gauge, "sightline_gpu_performance_state", "Performance state (P-state): 0 is the highest, 15 the lowest."),
        gpus,
        |values, _| values.performance_state.map(Value::from),
    );
    write_one(out, (Gauge, "sightline_gpu_encoder_sessions", "Open sessions of the encoder."), gpus, |values, _| {
        values.encoder_sessions.map(Value::from)
    });
    write_one(out, (Gauge, "sightline_gpu_bar1_size_bytes", "BAR1 aperture."), gpus, |values, _| {
        values.bar1.map(|bar1| bar1.total.into())
    });
    write_one(out, (Gauge, "sightline_gpu_bar1_used_bytes", "BAR1 aperture in use."), gpus, |values, _| {
        values.bar1.map(|bar1| bar1.used.into())
    });
}

fn write_pcie(gpus: &[Labelled], out: &mut Families) {
    write_one(out, (Gauge, "sightline_gpu_pcie_link_generation", "PCIe generation in use."), gpus, |values, _| {
        values.pcie_generation.map(Value::from)
    });
    let family = (Gauge, "sightline_gpu_pcie_link_generation_max", "Highest PCIe generation of GPU and slot.");
    write_one(out, family, gpus, |_, gpu| gpu.limits.max_pcie_generation.map(Value::from));
    write_one(out, (Gauge, "sightline_gpu_pcie_link_width", "PCIe lanes in use."), gpus, |values, _| {
        values.pcie_width.map(Value::from)
    });
    let family = (Gauge, "sightline_gpu_pcie_link_width_max", "Most PCIe lanes of GPU and slot.");
    write_one(out, family, gpus, |_, gpu| gpu.limits.max_pcie_width.map(Value::from));
}

fn watts(milliwatts: u32) -> Value {
    Value::Float(f64::from(milliwatts) / 1000.0)
}
