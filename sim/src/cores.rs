//! How a server's work is spread over its CPUs: unevenly, and not the same way for long.

use crate::fleet::Server;
use crate::waves::{Part, share};

/// A CPU may be so much less busy than its server, at most.
const LEAST: f64 = 0.1;
/// Of the room that there is: what is uneven all along, and what moves.
const UNEVEN: f64 = 0.65;
const MOVES: f64 = 0.35;
/// Seconds for a turn from one CPU to its neighbour and back: quicker than any wave of the server.
const QUICKEST: f64 = 50.0;
const SLOWEST: f64 = 120.0;

/// What a CPU takes of its server's busy share. Neighbours balance each other, so that all together are as busy as the server,
/// and none is ever busier than wholly.
pub(crate) fn part_of(server: &Server, cpu: usize) -> Part {
    let neighbour = cpu ^ 1;
    if neighbour >= server.kind.cores() {
        return Part::new(1.0, 0.0, SLOWEST, 0.0);
    }
    let room = (1.0 / server.busy.highest() - 1.0).clamp(0.0, 1.0 - LEAST);
    let side = if cpu < neighbour { 1.0 } else { -1.0 };
    let chance = |what: u64| share(server.seed, 100 + 4 * (cpu / 2) as u64 + what);
    Part::new(
        1.0 + side * room * UNEVEN * (2.0 * chance(0) - 1.0),
        side * room * MOVES * chance(1),
        QUICKEST + (SLOWEST - QUICKEST) * chance(2),
        chance(3),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::fleet;

    #[test]
    fn cpus_differ_are_never_busier_than_wholly_and_together_as_busy_as_their_server() {
        for server in fleet(200, 5) {
            let parts: Vec<_> = (0..server.kind.cores()).map(|cpu| part_of(&server, cpu)).collect();
            for from in (0..20).map(|hour| 1_700_000_000.0 + 3_601.0 * f64::from(hour)) {
                let taken: Vec<_> = parts.iter().map(|part| server.busy.part_between(part, from, from + 5.0)).collect();
                assert!(taken.iter().all(|it| (0.0..=5.0 + 1e-6).contains(it)), "{}: {taken:?}", server.name);
                #[expect(clippy::cast_precision_loss, reason = "a handful of CPUs")]
                let mean = taken.iter().sum::<f64>() / taken.len() as f64;
                assert!((mean - server.busy.between(from, from + 5.0)).abs() < 1e-5, "{}: {taken:?}", server.name);
            }
        }
        let calm = &fleet(1, 5)[0];
        let taken = |cpu| calm.busy.part_between(&part_of(calm, cpu), 1_700_000_000.0, 1_700_000_060.0);
        assert!((taken(0) - taken(1)).abs() > 0.5 && (taken(0) - taken(2)).abs() > 0.5);
    }
}
