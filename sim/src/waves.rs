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
        let part = |sine: &Sine| {
            let below = |at: f64| (sine.speed * at + sine.phase).cos();
            sine.height / sine.speed * (below(from) - below(to))
        };
        self.mean * (to - from) + self.sines.iter().map(part).sum::<f64>()
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
}
