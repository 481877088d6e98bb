//! What is remembered of an answer: range data or all of it, and for how long it is good.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;

use super::assemble::{Annotations, Assembly, Part};
use super::chunk::Chunk;
use super::grid::{Grid, Steps};

/// Range data as it is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) chunk: Arc<Chunk>,
    pub(crate) notes: Arc<Notes>,
    pub(crate) fetched: Instant,
    pub(super) keep: Duration,
}

impl Kept {
    /// For how long it is still kept.
    pub(crate) fn good_for(&self) -> Duration {
        self.keep.saturating_sub(self.fetched.elapsed())
    }
}

/// What upstream noted about the query. Notes name positions in the text of the query, so they are only for those who ask
/// with the very same text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Notes {
    pub(crate) query: Box<str>,
    pub(crate) infos: Vec<String>,
}

impl Kept {
    /// Whether someone who asked with this text may have it.
    pub(crate) fn is_for(&self, query: &str) -> bool {
        self.notes.infos.is_empty() || &*self.notes.query == query
    }
}

/// A whole answer as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
    /// The instant it is about, of an instant query.
    pub(crate) at_ms: Option<i64>,
    pub(crate) fetched: Instant,
    /// For how long it is an answer like upstream's own.
    pub(crate) fresh: Duration,
    /// For how long it is kept; longer, when it may have to do while upstream is away.
    pub(crate) keep: Duration,
}

impl Whole {
    /// For how long it is still like upstream's own.
    pub(crate) fn good_for(&self) -> Duration {
        self.fresh.saturating_sub(self.fetched.elapsed())
    }
}

/// Whether two runs of steps leave no hole between them.
pub(super) fn adjoin(one: Steps, other: Steps) -> bool {
    one.first <= other.end && other.first <= one.end
}

/// The old steps with the new ones beside them.
pub(super) fn merge(old: &Kept, new: Kept, grid: Grid) -> Kept {
    let old_steps = old.chunk.steps;
    let part = |chunk: &Arc<Chunk>, steps: Steps| Part { chunk: chunk.clone(), steps: chunk.steps.intersection(steps) };
    let parts = vec![
        part(&new.chunk, Steps::new(i64::MIN, old_steps.first)),
        part(&old.chunk, old_steps),
        part(&new.chunk, Steps::new(old_steps.end, i64::MAX)),
    ];
    let parts = parts.into_iter().filter(|part| !part.steps.is_empty()).collect();
    let steps = Steps::new(old_steps.first.min(new.chunk.steps.first), old_steps.end.max(new.chunk.steps.end));
    let chunk = Assembly::new(grid, parts, Annotations::default()).into_chunk(steps);
    // The older half decides how long the whole is good for.
    let keep = new.keep.saturating_sub(new.fetched.saturating_duration_since(old.fetched));
    Kept { chunk: Arc::new(chunk), notes: new.notes, fetched: old.fetched, keep }
}
