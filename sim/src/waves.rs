//! What goes up and down: a busy share of a server over time, and its integral, both in closed form.
//!
//! A counter is the integral since the boot and a gauge is the share itself, so any instant can be asked for in any order, the
//! past as well as now, and nothing has to be remembered between two scrapes.

use std::f64::consts::TAU;

const DAY: f64 = 86_400.0;

/// A well mixed number from a seed and what it is for (splitmix64).
pub(crate) fn mix(seed: u64, purpose: u64) -> u64 {
    let mut z = seed ^ purpose.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A number from 0 to below 1 from a seed and what it is for.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
pub(crate) fn share(seed: u64, purpose: u64) -> f64 {
    (mix(seed, purpose) >> 11) as f64 / (1u64 << 53) as f64
}

/// A mean and three sines around it: the day, the quarter of an hour, and a few minutes. Always within 0 and 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waves {
    mean: f64,
    sines: [Sine; 3],
}

#[derive(Clone, Copy, Debug)]
struct Sine {
    height: f64,
    speed: f64,
    phase: f64,
}

/// What one of many takes of a share: so much of it on average, and a swing around that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    mean: f64,
    swing: Sine,
}

impl Part {
    /// Swings by `height` around `mean`, once in `period` seconds; the phase is a share of the period.
    pub(crate) fn new(mean: f64, height: f64, period: f64, phase: f64) -> Self {
        Self { mean, swing: Sine { height, speed: TAU / period, phase: TAU * phase } }
    }
}

impl Sine {
    fn between(&self, from: f64, to: f64) -> f64 {
        let below = |at: f64| (self.speed * at + self.phase).cos();
        self.height / self.speed * (below(from) - below(to))
    }

    /// The product of both, added up: half the difference of two cosines. Their speeds must differ.
    fn product_between(&self, other: &Self, from: f64, to: f64) -> f64 {
        let cosine = |speed: f64, phase: f64| ((speed * to + phase).sin() - (speed * from + phase).sin()) / speed;
        let slow = cosine(self.speed - other.speed, self.phase - other.phase);
        let fast = cosine(self.speed + other.speed, self.phase + other.phase);
        self.height * other.height / 2.0 * (slow - fast)
    }
}

impl Waves {
    /// Waves around `mean`; the seed decides how high they are. All servers' days peak within four hours of each other.
    pub(crate) fn new(seed: u64, mean: f64) -> Self {
        let room = mean.min(1.0 - mean) * (0.7 + 0.3 * share(seed, 1));
        let sine = |part: f64, period: f64, phase: f64| Sine { height: room * part, speed: TAU / period, phase };
        let quick = 180.0 + 240.0 * share(seed, 2);
        let slow = 700.0 + 900.0 * share(seed, 3);
        let peak = -TAU * (8.0 + 4.0 * share(seed, 4)) / 24.0;
        Self {
            mean,
            sines: [
                sine(0.6, DAY, peak),
                sine(0.25, slow, TAU * share(seed, 5)),
                sine(0.15, quick, TAU * share(seed, 6)),
            ],
        }
    }

    /// The share at `at` (unix seconds).
    pub(crate) fn at(&self, at: f64) -> f64 {
        self.mean + self.sines.iter().map(|sine| sine.height * (sine.speed * at + sine.phase).sin()).sum::<f64>()
    }

    /// The share added up from `from` to `to`, in seconds; never falls while `to` grows.
    pub(crate) fn between(&self, from: f64, to: f64) -> f64 {
        self.mean * (to - from) + self.sines.iter().map(|sine| sine.between(from, to)).sum::<f64>()
    }

    /// What the part takes of it, added up from `from` to `to`.
    pub(crate) fn part_between(&self, part: &Part, from: f64, to: f64) -> f64 {
        let swings = self.sines.iter().map(|sine| sine.product_between(&part.swing, from, to)).sum::<f64>();
        part.mean * self.between(from, to) + self.mean * part.swing.between(from, to) + swings
    }

    /// The share as it was of late: what is older counts less, by 1/e every `within` seconds.
    pub(crate) fn smoothed(&self, at: f64, within: f64) -> f64 {
        let late = |sine: &Sine| {
            // A sine stays one: lower, and later.
            let lag = sine.speed * within;
            sine.height / lag.hypot(1.0) * (sine.speed * at + sine.phase - lag.atan()).sin()
        };
        self.mean + self.sines.iter().map(late).sum::<f64>()
    }

    /// The most that it ever comes to.
    pub(crate) fn highest(&self) -> f64 {
        self.mean + self.sines.iter().map(|sine| sine.height).sum::<f64>()
    }

    /// The mean, which makes a counter's own recorded rate of a share.
    pub(crate) fn mean(&self) -> f64 {
        self.mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stay_within_zero_and_one_and_their_integral_never_falls() {
        for seed in 0..50 {
            let waves = Waves::new(seed, share(seed, 9));
            let mut last = 0.0;
            for at in (0..200_000).step_by(97).map(f64::from) {
                assert!((0.0..=1.0).contains(&waves.at(at)), "seed {seed} at {at}: {}", waves.at(at));
                assert!(waves.between(0.0, at) >= last - 1e-6, "seed {seed} at {at}");
                last = waves.between(0.0, at);
            }
        }
    }
    #[test]
    fn what_a_part_takes_and_what_was_of_late_are_what_small_steps_add_up_to() {
        let waves = Waves::new(3, 0.4);
        let part = Part::new(0.8, 0.15, 90.0, 0.3);
        let swing = |at: f64| 0.8 + 0.15 * (TAU / 90.0 * at + TAU * 0.3).sin();
        let (from, steps) = (1_700_000_000.0, 100_000);
        let (mut taken, mut late) = (0.0, waves.smoothed(from, 60.0));
        for at in (0..steps).map(|step| from + f64::from(step) / 100.0) {
            taken += waves.at(at + 0.005) * swing(at + 0.005) / 100.0;
            late += (waves.at(at) - late) / 60.0 / 100.0;
        }
        let to = from + f64::from(steps) / 100.0;
        assert!((waves.part_between(&part, from, to) - taken).abs() < 1e-3, "{taken}");
        assert!((waves.smoothed(to, 60.0) - late).abs() < 1e-4, "{late}");
    }
}
