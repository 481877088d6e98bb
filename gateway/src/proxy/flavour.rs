//! What an upstream does differently from Prometheus.

use crate::cache::grid::{Grid, Steps};
use crate::config::Flavour;

/// `VictoriaMetrics` moves the grid of queries with this many points or more.
const MOVES_GRID_FROM_POINTS: i64 = 50;
/// It copies the last points forward for `-search.latencyOffset`, 30 s by default.
const LATENCY_OFFSET_MS: i64 = 30_000;

impl Flavour {
    /// Adds what makes upstream answer on the caller's own grid. A request on multiples of its step is not moved, and is the
    /// kind that `VictoriaMetrics` answers from its cache; `nocache` also switches the moving off.
    pub(super) fn adapt_range(self, params: &mut Vec<(String, String)>, grid: Grid, steps: Steps) {
        let moved = grid.phase_ms != 0 && steps.len() >= MOVES_GRID_FROM_POINTS;
        if self == Self::VictoriaMetrics && moved {
            forbid_moving(params);
        }
    }

    /// The same for a range that is asked as the caller wrote it.
    pub(super) fn adapt_whole(self, params: &mut Vec<(String, String)>) {
        if self == Self::VictoriaMetrics {
            forbid_moving(params);
        }
    }

    /// How long, at least, until a step is settled.
    pub(super) fn freshness_ms(self, step_ms: i64) -> i64 {
        match self {
            Self::Prometheus => 0,
            Self::VictoriaMetrics => LATENCY_OFFSET_MS + 2 * step_ms,
        }
    }
}

fn forbid_moving(params: &mut Vec<(String, String)>) {
    params.retain(|(name, _)| name != "nocache");
    params.push(("nocache".to_owned(), "1".to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapted(start_ms: i64, points: i64) -> bool {
        let grid = Grid::through(start_ms, 15_000);
        let mut params = Vec::new();
        Flavour::VictoriaMetrics.adapt_range(&mut params, grid, Steps::new(0, points));
        !params.is_empty()
    }

    #[test]
    fn only_what_would_be_moved_is_asked_past_its_cache() {
        assert!(!adapted(30_000, 1_000));
        assert!(!adapted(37_000, 49));
        assert!(adapted(37_000, 50));
        let mut params = vec![];
        Flavour::Prometheus.adapt_range(&mut params, Grid::through(7, 15_000), Steps::new(0, 100));
        assert_eq!(params, []);
    }
}
