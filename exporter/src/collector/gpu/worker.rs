//! A thread per GPU: a driver call that never returns holds up its own GPU and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
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
    replies: Receiver<Reply>,
    round: u64,
    count: u32,
}

struct Worker {
    requests: SyncSender<u64>,
    /// One question is with the thread, and there will be no second before it is answered.
    busy: bool,
    identity: Option<Arc<Identity>>,
}

impl Workers {
    pub(super) fn start(nvml: &Arc<Nvml>, count: u32, plan: &Arc<Plan>) -> Self {
        let (sender, replies) = std::sync::mpsc::channel();
        let workers = (0..count).map(|index| Worker::start(nvml, index, plan, &sender)).collect();
        Self { workers, replies, round: 0, count }
    }

    /// Asks every GPU that is not still busy with an earlier question, and waits for the answers until `deadline`.
    pub(super) fn read(&mut self, deadline: Instant) -> Vec<(Option<Arc<Identity>>, Answer)> {
        while let Ok(late) = self.replies.try_recv() {
            self.settle(late);
        }
        self.round += 1;
        let mut answers: Vec<Option<Answer>> = self.workers.iter().map(|_| None).collect();
        let mut waiting = 0;
        for (worker, answer) in self.workers.iter_mut().zip(&mut answers).filter(|(worker, _)| !worker.busy) {
            match worker.requests.try_send(self.round) {
                Ok(()) => (worker.busy, waiting) = (true, waiting + 1),
                Err(_) => *answer = Some(Answer::Broken(Broken::Driver("its thread has ended".to_owned()))),
            }
        }
        while waiting > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(reply) = self.replies.recv_timeout(left) else { break };
            if let Some((index, answer)) = self.settle(reply) {
                answers[index] = Some(answer);
                waiting -= 1;
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

    /// Notes that a thread is back; the answer is for whoever asked in this round, and old news otherwise.
    fn settle(&mut self, reply: Reply) -> Option<(usize, Answer)> {
        let index = reply.index as usize;
        let worker = self.workers.get_mut(index)?;
        worker.busy = false;
        worker.identity = reply.identity;
        self.count = reply.count.unwrap_or(self.count);
        (reply.round == self.round).then(|| (index, reply.values.map_or_else(Answer::Broken, Answer::Values)))
    }
}

impl Worker {
    fn start(nvml: &Arc<Nvml>, index: u32, plan: &Arc<Plan>, replies: &Sender<Reply>) -> Self {
        let (requests, inbox) = sync_channel(1);
        let (nvml, plan, replies) = (Arc::clone(nvml), Arc::clone(plan), replies.clone());
        std::thread::Builder::new()
            .name(format!("gpu-{index}"))
            .spawn(move || run(&nvml, index, &plan, &inbox, &replies))
            .expect("the system has room for one more thread");
        Self { requests, busy: false, identity: None }
    }
}

fn run(nvml: &Nvml, index: u32, plan: &Plan, inbox: &Receiver<u64>, replies: &Sender<Reply>) {
    let mut remembered = Remembered::nothing();
    while let Ok(round) = inbox.recv() {
        let count = nvml.device_count().ok();
        // The wrapper panics where it meets what it does not expect; that must not look like a call that hangs.
        let read = catch_unwind(AssertUnwindSafe(|| remembered.read(nvml, index, plan)));
        let values = read.unwrap_or_else(|_| Err(Broken::Driver("reading it panicked".to_owned()))).map(Box::new);
        let reply = Reply { index, round, identity: remembered.identity(), count, values };
        if replies.send(reply).is_err() {
            return;
        }
    }
}
