//! A month of samples with everything that is awkward: counters that reset, gaps, series that end, NaN, infinities,
//! histograms, many labels, odd label values.

use std::fmt::Write as _;

use super::random::Random;

/// When the dense part begins: a fixed time, so that cases can be repeated. Not on a multiple of any step.
pub(crate) const DENSE_START: i64 = 1_760_003_607;
pub(crate) const DENSE_END: i64 = DENSE_START + 6 * 3_600;
/// The sparse part begins a month earlier.
pub(crate) const SPARSE_START: i64 = DENSE_END - 30 * 86_400;

/// The samples as OpenMetrics text for `promtool tsdb create-blocks-from openmetrics`.
pub(crate) fn openmetrics() -> String {
    let mut text = String::new();
    let mut random = Random::new(7);
    dense_counters(&mut text, &mut random);
    dense_gauges(&mut text, &mut random);
    histogram(&mut text, &mut random);
    sparse(&mut text, &mut random);
    text.push_str("# EOF\n");
    text
}

fn dense_times() -> impl Iterator<Item = i64> {
    (DENSE_START..DENSE_END).step_by(15)
}

fn dense_counters(text: &mut String, random: &mut Random) {
    text.push_str("# TYPE requests counter\n");
    for (job, instance) in [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)] {
        for code in ["200", "404", "500"] {
            let mut value = 0.0;
            for (i, time) in dense_times().enumerate() {
                if random.one_in(300) {
                    value = 0.0;
                }
                value += random.below(1_000) as f64 / 7.0;
                // Gaps of different lengths, some longer than the lookback; the last instance ends half way.
                let in_gap = (i / 97) % 11 == 3 && instance == 1;
                let ended = job == "b" && instance == 1 && i > 700;
                if !in_gap && !ended {
                    writeln!(
                        text,
                        "requests_total{{job=\"{job}\",instance=\"i{instance}\",code=\"{code}\"}} {value} {time}"
                    )
                    .unwrap();
                }
            }
        }
    }
}

fn dense_gauges(text: &mut String, random: &mut Random) {
    text.push_str("# TYPE temperature gauge\n");
    for sensor in 0..12 {
        for (i, time) in dense_times().enumerate() {
            let value = match (sensor, random.below(200)) {
                (_, 0) => "NaN".to_owned(),
                (1, 1) => "+Inf".to_owned(),
                (2, 1) => "-Inf".to_owned(),
                (3, _) => "1.7976931348623157e+308".to_owned(),
                (4, other) => format!("{}", 0.1 + other as f64 * 1e-17),
                (5, _) => "-0".to_owned(),
                (_, other) => format!("{}", 20.0 + other as f64 / 3.0),
            };
            // Series that come and go, so that the set of series differs between any two windows.
            if (i / 60 + sensor) % 5 != 0 || sensor < 6 {
                let odd = ["plain", "qu\\\"ote", "back\\\\slash", "new\\nline", "ü☃<>&", "}],"][sensor % 6];
                writeln!(
                    text,
                    "temperature{{sensor=\"s{sensor:02}\",odd=\"{odd}\",rack=\"r{}\"}} {value} {time}",
                    sensor % 3
                )
                .unwrap();
            }
        }
    }
    text.push_str("# TYPE info gauge\n");
    for instance in 0..3 {
        for time in dense_times().step_by(4) {
            let labels: Vec<String> = (0..25).map(|i| format!("label_{i}=\"value {i} of {instance}\"")).collect();
            writeln!(text, "info{{instance=\"i{instance}\",{}}} 1 {time}", labels.join(",")).unwrap();
        }
    }
}

fn histogram(text: &mut String, random: &mut Random) {
    text.push_str("# TYPE latency_seconds histogram\n");
    let bounds = ["0.1", "0.5", "1.0", "5.0", "+Inf"];
    for instance in 0..2 {
        let mut buckets = [0_u64; 5];
        for time in dense_times().step_by(2) {
            for bucket in 0..bounds.len() {
                let new = random.below(4);
                for higher in &mut buckets[bucket..] {
                    *higher += new;
                }
            }
            for (bound, count) in bounds.iter().zip(buckets) {
                writeln!(text, "latency_seconds_bucket{{instance=\"i{instance}\",le=\"{bound}\"}} {count} {time}")
                    .unwrap();
            }
            writeln!(text, "latency_seconds_sum{{instance=\"i{instance}\"}} {} {time}", buckets[4] as f64 / 3.0)
                .unwrap();
            writeln!(text, "latency_seconds_count{{instance=\"i{instance}\"}} {} {time}", buckets[4]).unwrap();
        }
    }
}

fn sparse(text: &mut String, random: &mut Random) {
    text.push_str("# TYPE capacity gauge\n");
    for disk in 0..6 {
        for (i, time) in (SPARSE_START..DENSE_END).step_by(240).enumerate() {
            if (i / 500 + disk) % 7 != 0 {
                writeln!(text, "capacity{{disk=\"d{disk}\"}} {} {time}", random.below(1_000_000) as f64 / 11.0)
                    .unwrap();
            }
        }
    }
}
