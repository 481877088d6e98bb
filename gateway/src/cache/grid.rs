//! The caller's time grid, counted in steps rather than in times, so that no boundary can be off by one.

/// How many steps one stored chunk holds. At 15 s that is half an hour: small enough to evict singly, large enough that
/// copying beats looking up.
pub(crate) const STEPS_PER_SLOT: i64 = 120;

/// The instants a range query is evaluated at: `phase + index × step`, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Grid {
    pub(crate) step_ms: i64,
    /// `start mod step`. Two callers share data only when their phases are equal: the grid is never moved.
    pub(crate) phase_ms: i64,
}

impl Grid {
    /// The grid that has `start_ms` on it. `step_ms` is positive.
    pub(crate) fn through(start_ms: i64, step_ms: i64) -> Self {
        Self { step_ms, phase_ms: start_ms.rem_euclid(step_ms) }
    }

    pub(crate) fn time_ms(self, index: i64) -> i64 {
        self.phase_ms + index * self.step_ms
    }

    /// The last step that is not later than `time_ms`.
    pub(crate) fn index_at_or_before(self, time_ms: i64) -> i64 {
        (time_ms - self.phase_ms).div_euclid(self.step_ms)
    }

    /// The steps of a window, both ends included as Prometheus does.
    pub(crate) fn window(self, start_ms: i64, end_ms: i64) -> Steps {
        Steps { first: self.index_at_or_before(start_ms), end: self.index_at_or_before(end_ms) + 1 }
    }
}

/// A half-open run of step indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Steps {
    pub(crate) first: i64,
    pub(crate) end: i64,
}

impl Steps {
    pub(crate) fn new(first: i64, end: i64) -> Self {
        Self { first, end }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.first >= self.end
    }

    pub(crate) fn len(self) -> i64 {
        (self.end - self.first).max(0)
    }

    pub(crate) fn intersection(self, other: Steps) -> Steps {
        Steps { first: self.first.max(other.first), end: self.end.min(other.end) }
    }

    pub(crate) fn overlaps(self, other: Steps) -> bool {
        !self.intersection(other).is_empty()
    }

    pub(crate) fn contains(self, other: Steps) -> bool {
        self.first <= other.first && other.end <= self.end
    }
}

/// The steps that slot number `slot` is for.
pub(crate) fn slot_steps(slot: i64) -> Steps {
    Steps::new(slot * STEPS_PER_SLOT, (slot + 1) * STEPS_PER_SLOT)
}

/// The slots that a run of steps touches, in order.
pub(crate) fn slots_of(steps: Steps) -> std::ops::RangeInclusive<i64> {
    steps.first.div_euclid(STEPS_PER_SLOT)..=(steps.end - 1).div_euclid(STEPS_PER_SLOT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_both_its_ends() {
        let grid = Grid::through(1_007_000, 15_000);
        assert_eq!(grid.phase_ms, 2_000);
        let window = grid.window(1_007_000, 1_007_000 + 2 * 15_000);
        assert_eq!(window.len(), 3);
        assert_eq!(grid.time_ms(window.first), 1_007_000);
        assert_eq!(grid.time_ms(window.end - 1), 1_037_000);
    }

    #[test]
    fn an_end_off_the_grid_stops_at_the_step_before() {
        let grid = Grid::through(0, 7_000);
        assert_eq!(grid.window(0, 20_999), Steps::new(0, 3));
        assert_eq!(grid.window(0, 21_000), Steps::new(0, 4));
    }

    #[test]
    fn times_before_1970_stay_on_the_grid() {
        let grid = Grid::through(-10_500, 4_000);
        assert_eq!(grid.phase_ms, 1_500);
        assert_eq!(grid.time_ms(grid.window(-10_500, -2_500).first), -10_500);
        assert_eq!(grid.window(-10_500, -2_500).len(), 3);
    }

    #[test]
    fn slots_tile_the_steps() {
        assert_eq!(slots_of(Steps::new(0, 120)), 0..=0);
        assert_eq!(slots_of(Steps::new(119, 121)), 0..=1);
        assert_eq!(slots_of(Steps::new(-1, 1)), -1..=0);
        assert_eq!(slot_steps(-1), Steps::new(-120, 0));
    }
}
