//! The memory: bounded in bytes, least recently used goes first, each entry with the time it is good for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::chunk::Chunk;
use super::grid::{Grid, Steps, slot_steps, slots_of};
use super::kept::{Kept, Notes, Whole, adjoin, merge};
use super::key::{Identity, Key};
use super::ready::{Ready, SEEN_FOR};

/// What an entry costs besides its bytes: moka's own nodes, the key, the counters of the `Arc`s. Measured, rounded up.
const ENTRY_OVERHEAD: usize = 512;

/// Everything that is remembered.
pub(crate) struct Store {
    entries: Cache<Key, Entry>,
    limits: StoreLimits,
    /// Counts orders to forget. What is ready was made of entries that such an order names, so it is good for its own age only.
    age: AtomicU64,
}

/// How much is kept and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoreLimits {
    pub(crate) bytes: usize,
    /// A single entry larger than this is not kept: it would push out hundreds of useful ones.
    pub(crate) entry_bytes: usize,
    /// Settled data is asked for again after this long, because a backfill may have changed it.
    pub(crate) settled: Duration,
    /// Unsettled data is good for this long. Short: it is what makes fifty viewers one question.
    pub(crate) volatile: Duration,
    /// Unsettled data is kept this long for the case that upstream fails.
    pub(crate) stale: Duration,
}

#[derive(Clone)]
enum Entry {
    Range(Arc<Kept>),
    Whole(Arc<Whole>),
    /// A request that was answered from memory once. Only one that comes again is worth its room.
    Seen,
    Ready(Arc<Ready>),
}

impl Store {
    pub(crate) fn new(limits: StoreLimits) -> Self {
        let entries = Cache::builder()
            .max_capacity(limits.bytes as u64)
            // The default, TinyLFU, turns a new dashboard away twenty times while the cache is full of popular ones.
            .eviction_policy(EvictionPolicy::lru())
            .weigher(|key: &Key, entry: &Entry| u32::try_from(weight(key, entry)).unwrap_or(u32::MAX))
            .expire_after(KeepTime)
            .build();
        Self { entries, limits, age: AtomicU64::new(0) }
    }

    pub(crate) fn limits(&self) -> StoreLimits {
        self.limits
    }

    /// The settled chunks that lie in a window, as far as they are known.
    pub(crate) fn settled(&self, identity: &Identity, window: Steps) -> Vec<Arc<Kept>> {
        slots_of(window).filter_map(|slot| self.range(&Key::Slot(identity.clone(), slot))).collect()
    }

    /// The newest steps as last seen, however old.
    pub(crate) fn tail(&self, identity: &Identity) -> Option<Arc<Kept>> {
        self.range(&Key::Tail(identity.clone()))
    }

    /// A whole answer that is still good.
    pub(crate) fn whole(&self, identity: &Identity) -> Option<Arc<Whole>> {
        self.last_whole(identity).filter(|whole| !whole.good_for().is_zero())
    }

    /// A whole answer, however old.
    pub(crate) fn last_whole(&self, identity: &Identity) -> Option<Arc<Whole>> {
        match self.entries.get(&Key::Whole(identity.clone())) {
            Some(Entry::Whole(whole)) => Some(whole),
            _ => None,
        }
    }

    pub(crate) fn keep_whole(&self, identity: &Identity, whole: Arc<Whole>) {
        if !whole.keep.is_zero() {
            self.insert(Key::Whole(identity.clone()), Entry::Whole(whole));
        }
    }

    /// What was sent for the very same request.
    pub(crate) fn ready(&self, request: &Identity) -> Option<Arc<Ready>> {
        match self.entries.get(&Key::Ready(request.clone())) {
            Some(Entry::Ready(ready)) if ready.age == self.age() => Some(ready),
            _ => None,
        }
    }

    /// Keeps what was sent for a request that comes a second time.
    pub(crate) fn keep_ready(&self, request: &Identity, ready: Ready) {
        let key = Key::Ready(request.clone());
        let entry = if self.entries.contains_key(&key) { Entry::Ready(Arc::new(ready)) } else { Entry::Seen };
        self.insert(key, entry);
    }

    /// To be read before an answer is made, and kept with it when it is kept ready.
    pub(crate) fn age(&self) -> u64 {
        self.age.load(Ordering::Acquire)
    }

    /// Keeps what a fetch brought: the steps before `settled_end` slot by slot for long, the rest as the newest steps.
    pub(crate) fn keep_range(
        &self,
        identity: &Identity,
        grid: Grid,
        chunk: &Chunk,
        notes: Arc<Notes>,
        settled_end: i64,
    ) {
        let fetched = Instant::now();
        let kept = |chunk: Chunk, keep| Kept { chunk: Arc::new(chunk), notes: notes.clone(), fetched, keep };
        let settled = chunk.steps.intersection(Steps::new(i64::MIN, settled_end));
        if !settled.is_empty() {
            for slot in slots_of(settled) {
                let part = chunk.cut(grid, settled.intersection(slot_steps(slot)));
                // An info goes with data. Which empty chunks it would go with is not known, so those are asked for again.
                if part.series.is_empty() && !notes.infos.is_empty() {
                    continue;
                }
                self.extend_slot(identity, slot, grid, kept(part, self.limits.settled));
            }
        }
        let unsettled = chunk.steps.intersection(Steps::new(settled_end, i64::MAX));
        if !unsettled.is_empty() {
            let tail = kept(chunk.cut(grid, unsettled), self.limits.volatile + self.limits.stale);
            self.insert(Key::Tail(identity.clone()), Entry::Range(Arc::new(tail)));
        }
    }

    /// Puts new steps beside the ones that a slot has already. Two who do this at once lose one's steps, which costs a
    /// fetch and nothing else.
    fn extend_slot(&self, identity: &Identity, slot: i64, grid: Grid, new: Kept) {
        let key = Key::Slot(identity.clone(), slot);
        let merged = match self.range(&key) {
            Some(old) if old.chunk.steps.contains(new.chunk.steps) && old.notes == new.notes => return,
            Some(old) if old.notes == new.notes && adjoin(old.chunk.steps, new.chunk.steps) => merge(&old, new, grid),
            _ => new,
        };
        self.insert(key, Entry::Range(Arc::new(merged)));
    }

    /// Forgets everything about one question.
    pub(crate) fn forget(&self, identity: &Identity, window: Option<Steps>) {
        self.age.fetch_add(1, Ordering::AcqRel);
        self.entries.invalidate(&Key::Whole(identity.clone()));
        self.entries.invalidate(&Key::Tail(identity.clone()));
        for slot in window.map(slots_of).into_iter().flatten() {
            self.entries.invalidate(&Key::Slot(identity.clone(), slot));
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.age.fetch_add(1, Ordering::AcqRel);
        self.entries.invalidate_all();
    }

    /// Bytes kept, as counted for the limit.
    pub(crate) fn bytes(&self) -> u64 {
        self.entries.weighted_size()
    }

    pub(crate) fn len(&self) -> u64 {
        self.entries.entry_count()
    }

    fn range(&self, key: &Key) -> Option<Arc<Kept>> {
        match self.entries.get(key) {
            Some(Entry::Range(kept)) => Some(kept),
            _ => None,
        }
    }

    fn insert(&self, key: Key, entry: Entry) {
        if weight(&key, &entry) <= self.limits.entry_bytes {
            self.entries.insert(key, entry);
        } else {
            // Not even the entry that was there before may stay: it is older than what was just seen.
            self.entries.invalidate(&key);
        }
    }
}

fn weight(key: &Key, entry: &Entry) -> usize {
    let bytes = match entry {
        Entry::Range(kept) => {
            kept.chunk.weight() + kept.notes.query.len() + kept.notes.infos.iter().map(String::len).sum::<usize>()
        }
        Entry::Whole(whole) => whole.body.len(),
        Entry::Seen => 0,
        Entry::Ready(ready) => ready.body.len(),
    };
    // Keys share their text between slots. Counting it for each is the safe side of the truth.
    bytes + key.identity().len() + ENTRY_OVERHEAD
}

struct KeepTime;

impl moka::Expiry<Key, Entry> for KeepTime {
    fn expire_after_create(&self, _: &Key, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.keep())
    }

    /// Without this an entry that is replaced would die when the one it replaced was to die.
    fn expire_after_update(&self, _: &Key, entry: &Entry, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.keep())
    }
}

impl Entry {
    fn keep(&self) -> Duration {
        match self {
            Entry::Range(kept) => kept.keep,
            Entry::Whole(whole) => whole.keep,
            Entry::Seen => SEEN_FOR,
            Entry::Ready(ready) => ready.keep,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::cache::chunk::Builder;

    const GRID: Grid = Grid { step_ms: 1_000, phase_ms: 0 };

    fn store(bytes: usize) -> Store {
        let seconds = Duration::from_secs;
        let entry_bytes = bytes / 4;
        Store::new(StoreLimits { bytes, entry_bytes, settled: seconds(60), volatile: seconds(1), stale: seconds(10) })
    }

    /// One series with a point at every step.
    fn chunk(first: i64, end: i64) -> Chunk {
        let points: Vec<String> = (first..end).map(|time| format!("[{time},\"{time}\"]")).collect();
        let mut builder = Builder::default();
        builder.push(br#"{"a":"b"}"#, [points.join(",").as_bytes()], []);
        builder.finish(Steps::new(first, end))
    }

    fn notes(infos: &[&str]) -> Arc<Notes> {
        Arc::new(Notes { query: "up".into(), infos: infos.iter().map(ToString::to_string).collect() })
    }

    fn settled(store: &Store, identity: &Identity, first: i64, end: i64) -> Vec<(i64, i64)> {
        let kept = store.settled(identity, Steps::new(first, end));
        kept.iter().map(|kept| (kept.chunk.steps.first, kept.chunk.steps.end)).collect()
    }

    #[test]
    fn steps_are_kept_by_slot_and_the_unsettled_apart() {
        let (store, identity) = (store(1 << 20), Identity::of(["q"]));
        store.keep_range(&identity, GRID, &chunk(100, 300), notes(&[]), 250);
        assert_eq!(settled(&store, &identity, 0, 1_000), [(100, 120), (120, 240), (240, 250)]);
        assert_eq!(store.tail(&identity).unwrap().chunk.steps, Steps::new(250, 300));
        assert_eq!(settled(&store, &Identity::of(["other"]), 0, 1_000), []);
    }

    #[test]
    fn new_steps_join_those_of_their_slot() {
        let (store, identity) = (store(1 << 20), Identity::of(["q"]));
        store.keep_range(&identity, GRID, &chunk(30, 50), notes(&[]), 1_000);
        store.keep_range(&identity, GRID, &chunk(50, 70), notes(&[]), 1_000);
        store.keep_range(&identity, GRID, &chunk(10, 40), notes(&[]), 1_000);
        let kept = store.settled(&identity, Steps::new(0, 120)).remove(0);
        let whole = chunk(10, 70);
        assert_eq!(kept.chunk.steps, whole.steps);
        assert_eq!(kept.chunk.text(kept.chunk.series[0].floats), whole.text(whole.series[0].floats));
        // Far from the others, it takes their place: between them would be a hole.
        store.keep_range(&identity, GRID, &chunk(100, 110), notes(&[]), 1_000);
        assert_eq!(settled(&store, &identity, 0, 120), [(100, 110)]);
    }

    #[test]
    fn notes_are_only_for_the_same_text_and_for_steps_with_data() {
        let (store, identity) = (store(1 << 20), Identity::of(["q"]));
        let mut empty = chunk(100, 130);
        empty.steps = Steps::new(100, 400);
        store.keep_range(&identity, GRID, &empty, notes(&["an info"]), 1_000);
        assert_eq!(settled(&store, &identity, 0, 1_000), [(100, 120), (120, 240)]);
        let kept = store.settled(&identity, Steps::new(100, 110)).remove(0);
        assert!(kept.is_for("up") && !kept.is_for(" up"));
    }

    #[test]
    fn memory_is_bounded_and_the_least_recently_used_goes() {
        let store = store(1 << 20);
        let popular = Identity::of(["popular"]);
        for question in 0..2_000 {
            let identity = Identity::of([question.to_string().as_str()]);
            store.keep_range(&identity, GRID, &chunk(0, 120), notes(&[]), 1_000);
            store.entries.run_pending_tasks();
            if question == 0 {
                store.keep_range(&popular, GRID, &chunk(0, 120), notes(&[]), 1_000);
            }
            assert_eq!(settled(&store, &popular, 0, 120).len(), 1);
            assert_eq!(settled(&store, &identity, 0, 120).len(), 1, "the newest question is not turned away");
        }
        store.entries.run_pending_tasks();
        assert!(store.bytes() <= 1 << 20);
        assert!(store.bytes() > 900 << 10, "{}", store.bytes());
        assert_eq!(settled(&store, &Identity::of(["0"]), 0, 120), []);
    }

    #[test]
    fn one_entry_cannot_take_everything() {
        let (store, identity) = (store(64 << 10), Identity::of(["q"]));
        let whole = |bytes: usize| {
            let keep = Duration::from_secs(60);
            Arc::new(Whole {
                status: StatusCode::OK,
                body: vec![b'x'; bytes].into(),
                at_ms: None,
                fetched: Instant::now(),
                fresh: keep,
                keep,
            })
        };
        store.keep_whole(&identity, whole(100));
        assert!(store.whole(&identity).is_some());
        store.keep_whole(&identity, whole(32 << 10));
        assert!(store.whole(&identity).is_none(), "what was there before is older than what was too large to keep");
    }
}
