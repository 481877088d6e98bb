//! A thread per GPU: a driver call that never returns holds up its own GPU and nothing else.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use nvml_wrapper::Nvml;

use super::call::Broken;
use super::read::{Plan, Remembered};
use super::values::{Identity, Values};

/// What a thread found in one scrape.
pub(super) struct Reply {
    index: u32,
    round: u64,
    identity: Option<Arc<Identity>>,
    /// How many GPUs the driver counts now.
    count: Option<u32>,
    values: Result<Box<Values>, Broken>,
}

/// One GPU's answer to a scrape.
pub(super) enum Answer {
    Values(Box<Values>),
    Broken(Broken),
    /// The call has not returned in time.
    Silent,
}

/// The threads of one connection. When this is dropped they end, each as soon as its call lets it.
pub(super) struct Workers {
    workers: Vec<Worker>,
    replies: Arc<Replies>,
    count: u32,
}

struct Worker {
    requests: SyncSender<u64>,
    /// One question is with the thread, and there will be no second before it is answered.
    busy: bool,
    identity: Option<Arc<Identity>>,
}

/// Where the threads leave what they found. Whoever asked sleeps until the last of them has: being woken for each would
/// cost a scrape more than most of its calls do.
#[derive(Default)]
struct Replies {
    state: Mutex<Arrived>,
    complete: Condvar,
}

#[derive(Default)]
struct Arrived {
    round: u64,
    /// How many threads that were asked in this round have not answered yet.
    missing: usize,
    replies: Vec<Reply>,
}

impl Replies {
    /// Begins a round in which `asked` threads are to answer; what came late for the one before is handed over.
    fn begin(&self, asked: usize) -> (u64, Vec<Reply>) {
        let mut arrived = self.locked();
        arrived.round += 1;
        arrived.missing = asked;
        (arrived.round, mem::take(&mut arrived.replies))
    }

    fn leave(&self, reply: Reply) {
        let mut arrived = self.locked();
        let in_time = reply.round == arrived.round;
        arrived.replies.push(reply);
        if in_time {
            arrived.one_less(&self.complete);
        }
    }

    /// Notes that a thread will not answer in this round.
    fn give_up_on_one(&self) {
        self.locked().one_less(&self.complete);
    }

    /// What has arrived when all have answered, or at `deadline`.
    fn wait(&self, deadline: Instant) -> Vec<Reply> {
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self.complete.wait_timeout_while(self.locked(), left, |arrived| arrived.missing > 0);
        let (mut arrived, _) = waited.unwrap_or_else(PoisonError::into_inner);
        mem::take(&mut arrived.replies)
    }

    fn locked(&self) -> MutexGuard<'_, Arrived> {
        // Each change is complete in itself, so a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arrived {
    fn one_less(&mut self, complete: &Condvar) {
        self.missing -= 1;
        if self.missing == 0 {
            complete.notify_one();
        }
    }
}

impl Workers {
    pub(super) fn start(nvml: &Arc<Nvml>, count: u32, plan: &Arc<Plan>) -> Self {
        let replies = Arc::default();
        let workers = (0..count).map(|index| Worker::start(nvml, index, plan, &replies)).collect();
        Self { workers, replies, count }
    }

    /// Asks every GPU that is not still busy with an earlier question, and waits for the answers until `deadline`.
    pub(super) fn read(&mut self, deadline: Instant) -> Vec<(Option<Arc<Identity>>, Answer)> {
        let (round, late) = self.replies.begin(self.workers.len());
        for reply in late {
            self.settle(reply);
        }
        let mut answers: Vec<Option<Answer>> = self.workers.iter().map(|_| None).collect();
        for (worker, answer) in self.workers.iter_mut().zip(&mut answers) {
            if worker.busy {
                self.replies.give_up_on_one();
                continue;
            }
            match worker.requests.try_send(round) {
                Ok(()) => worker.busy = true,
                Err(_) => {
                    *answer = Some(Answer::Broken(Broken::Driver("its thread has ended".to_owned())));
                    self.replies.give_up_on_one();
                }
            }
        }
        for reply in self.replies.wait(deadline) {
            let in_time = reply.round == round;
            if let Some((index, answer)) = self.settle(reply)
                && in_time
            {
                answers[index] = Some(answer);
            }
        }
        let answers = self.workers.iter().zip(answers);
        answers.map(|(worker, answer)| (worker.identity.clone(), answer.unwrap_or(Answer::Silent))).collect()
    }

    /// Whether a thread has not come back from its call.
    pub(super) fn any_busy(&self) -> bool {
        self.workers.iter().any(|worker| worker.busy)
    }

    /// Whether the driver counts other GPUs than those there are threads for.
    pub(super) fn count_changed(&self) -> bool {
        self.count as usize != self.workers.len()
    }

    /// Notes that a thread is back, and answers what it found.
    fn settle(&mut self, reply: Reply) -> Option<(usize, Answer)> {
        let index = reply.index as usize;
        let worker = self.workers.get_mut(index)?;
        worker.busy = false;
        worker.identity = reply.identity;
        self.count = reply.count.unwrap_or(self.count);
        Some((index, reply.values.map_or_else(Answer::Broken, Answer::Values)))
    }
}

impl Worker {
    fn start(nvml: &Arc<Nvml>, index: u32, plan: &Arc<Plan>, replies: &Arc<Replies>) -> Self {
        let (requests, inbox) = sync_channel(1);
        let (nvml, plan, replies) = (Arc::clone(nvml), Arc::clone(plan), Arc::clone(replies));
        std::thread::Builder::new()
            .name(format!("gpu-{index}"))
            .spawn(move || run(&nvml, index, &plan, &inbox, &replies))
            .expect("the system has room for one more thread");
        Self { requests, busy: false, identity: None }
    }
}

fn run(nvml: &Nvml, index: u32, plan: &Plan, inbox: &Receiver<u64>, replies: &Replies) {
    let mut remembered = Remembered::nothing();
    while let Ok(round) = inbox.recv() {
        let count = nvml.device_count().ok();
        // The wrapper panics where it meets what it does not expect; that must not look like a call that hangs.
        let read = catch_unwind(AssertUnwindSafe(|| remembered.read(nvml, index, plan)));
        let values = read.unwrap_or_else(|_| Err(Broken::Driver("reading it panicked".to_owned()))).map(Box::new);
        replies.leave(Reply { index, round, identity: remembered.identity(), count, values });
    }
}
