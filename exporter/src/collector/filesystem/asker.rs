//! Asks filesystems that may never answer, on threads that may be left waiting.
//!
//! Each filesystem has at most one question outstanding, however often it is asked for, and while that one is
//! unanswered it counts as stuck: nobody waits for it again. So there are never more threads than stuck filesystems
//! and those that are asked at once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::usage::Usage;

/// What a filesystem answered, or what was wrong.
pub(super) type Answer = Result<Usage, String>;

/// When no answer comes for so long, those who wait are taken for stuck, and others begin to ask the rest.
const PROGRESS: Duration = Duration::from_millis(50);
/// Threads that had nothing to do for so long end.
const IDLE: Duration = Duration::from_secs(60);
/// So many stuck filesystems are waited for; beyond them, filesystems are not asked.
const MOST_THREADS: usize = 256;
/// A thread that waits in a system call needs little; the rest is not even mapped.
const STACK: usize = 128 << 10;

pub(super) struct Asker {
    shared: Arc<Shared>,
    /// How many are asked at once.
    workers: usize,
    question: fn(&std::path::Path) -> Answer,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Something was put into the queue.
    asked: Condvar,
    /// Something was put among the answers.
    answered: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<PathBuf>,
    /// Those that a thread waits for.
    outstanding: HashSet<PathBuf>,
    answers: HashMap<PathBuf, Answer>,
    threads: usize,
    idle: usize,
    closed: bool,
}

impl Asker {
    pub(super) fn new(workers: usize) -> Self {
        Self::with_question(workers, Usage::of)
    }

    fn with_question(workers: usize, question: fn(&std::path::Path) -> Answer) -> Self {
        Asker { shared: Arc::default(), workers: workers.max(1), question }
    }

    /// Asks all that are not stuck and answers what has come by the deadline, or as soon as all have answered.
    pub(super) fn ask<'p>(
        &self,
        paths: impl Iterator<Item = &'p PathBuf>,
        deadline: Instant,
    ) -> HashMap<PathBuf, Answer> {
        let mut state = self.shared.lock();
        // Those who come back late answered a question of long ago.
        state.answers.clear();
        let wanted: HashSet<&PathBuf> = paths.filter(|path| !state.outstanding.contains(*path)).collect();
        if wanted.is_empty() {
            return HashMap::new();
        }
        state.queue = wanted.iter().map(|&path| path.clone()).collect();
        self.start_workers(&mut state);
        self.shared.asked.notify_all();

        let missing = |state: &State| wanted.iter().any(|path| !state.answers.contains_key(*path));
        while missing(&state) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let before = state.answers.len();
            let (guard, _) =
                self.shared.answered.wait_timeout(state, left.min(PROGRESS)).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            if state.answers.len() == before && !state.queue.is_empty() {
                self.start_workers(&mut state);
            }
        }
        state.queue.clear();
        std::mem::take(&mut state.answers)
    }

    /// Starts as many threads as are asked at once, but for those that have nothing to do.
    fn start_workers(&self, state: &mut State) {
        let wanted = self.workers.min(state.queue.len()).saturating_sub(state.idle);
        for _ in 0..wanted.min(MOST_THREADS.saturating_sub(state.threads)) {
            let (shared, question) = (Arc::clone(&self.shared), self.question);
            let thread = std::thread::Builder::new().name("statfs".into()).stack_size(STACK);
            // Without a thread the filesystem counts as stuck this time.
            if thread.spawn(move || shared.work(question)).is_ok() {
                state.threads += 1;
            }
        }
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.asked.notify_all();
    }
}

impl Shared {
    fn work(&self, question: fn(&std::path::Path) -> Answer) {
        let mut state = self.lock();
        loop {
            if let Some(path) = state.queue.pop_front() {
                state.outstanding.insert(path.clone());
                drop(state);
                let answer = question(&path);
                state = self.lock();
                state.outstanding.remove(&path);
                state.answers.insert(path, answer);
                self.answered.notify_one();
                continue;
            }
            if state.closed {
                break;
            }
            state.idle += 1;
            let (guard, waited) = self.asked.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            state.idle -= 1;
            if waited.timed_out() && state.queue.is_empty() {
                break;
            }
        }
        state.threads -= 1;
    }

    /// Nothing that holds the lock can leave its data half changed, so a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Paths that begin with `/stuck` answer after their file name's milliseconds, others at once.
    fn question(path: &Path) -> Answer {
        if path.starts_with("/stuck") {
            let millis = path.file_name().unwrap().to_string_lossy().parse().unwrap();
            std::thread::sleep(Duration::from_millis(millis));
        }
        Err("asked".to_owned())
    }

    fn asker() -> Asker {
        Asker::with_question(4, question)
    }

    fn ask(asker: &Asker, paths: &[String], within: u64) -> (usize, Duration) {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let started = Instant::now();
        let answers = asker.ask(paths.iter(), started + Duration::from_millis(within));
        (answers.len(), started.elapsed())
    }

    #[test]
    fn those_that_answer_are_not_held_up_by_many_that_do_not() {
        let asker = asker();
        let stuck = (0..10).map(|which| format!("/stuck/{which}/20000"));
        let paths: Vec<String> = stuck.chain((0..10).map(|which| format!("/{which}"))).collect();
        assert_eq!(ask(&asker, &paths, 2000).0, 10);
        let (answers, took) = ask(&asker, &paths, 2000);
        assert_eq!(answers, 10);
        assert!(took < Duration::from_millis(500), "nobody waits for the stuck ones again: {took:?}");
    }

    #[test]
    fn threads_are_bounded_by_the_filesystems() {
        let asker = asker();
        let paths = ["/stuck/20000".to_owned(), "/a".to_owned(), "/b".to_owned()];
        for _ in 0..200 {
            ask(&asker, &paths, 100);
        }
        let state = asker.shared.lock();
        assert!(state.threads <= 1 + asker.workers, "{}", state.threads);
        assert_eq!(state.outstanding.len(), 1);
    }

    #[test]
    fn a_filesystem_that_came_back_is_asked_again() {
        let asker = asker();
        let paths = ["/stuck/300".to_owned()];
        assert_eq!(ask(&asker, &paths, 50).0, 0);
        assert_eq!(ask(&asker, &paths, 5000).0, 0, "still stuck, and not waited for");
        std::thread::sleep(Duration::from_millis(400));
        assert_eq!(ask(&asker, &paths, 5000).0, 1);
    }
}
