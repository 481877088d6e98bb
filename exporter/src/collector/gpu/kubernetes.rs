//! Which pod was given which GPU: asked of the kubelet, once per scrape, on a thread of its own.

mod client;
mod message;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::workloads::Workloads;
use client::Client;

/// How long an answer stands in for one that does not come: series whose labels come and go are worse than labels of
/// a moment ago.
const STAND_IN: Duration = Duration::from_secs(60);

/// The longest that a scrape waits for the kubelet, which takes a millisecond when it is well.
const PATIENCE: Duration = Duration::from_secs(1);

/// The kubelet's pod-resources service.
pub(super) struct PodResources {
    requests: SyncSender<()>,
    answers: Receiver<Result<Workloads, String>>,
    /// A question is with the thread, and there will be no second before it is answered.
    busy: bool,
    /// The question is from an earlier scrape: this one does not wait for the answer again.
    late: bool,
    last: Option<(Instant, Arc<Workloads>)>,
    /// What was last said in the log, so that it is said once.
    said: Option<String>,
}

impl PodResources {
    pub(super) fn start(socket: PathBuf) -> Self {
        let (requests, inbox) = sync_channel(1);
        let (outbox, answers) = sync_channel(1);
        std::thread::Builder::new()
            .name("gpu-pods".to_owned())
            .spawn(move || run(Client::new(socket), &inbox, &outbox))
            .expect("the system has room for one more thread");
        Self { requests, answers, busy: false, late: false, last: None, said: None }
    }

    /// Begins to ask, unless an answer is still awaited.
    pub(super) fn ask(&mut self) {
        self.late = self.busy;
        if !self.busy {
            self.busy = self.requests.try_send(()).is_ok();
        }
    }

    /// The answer, if it comes before `deadline`; else the last one, unless it is too old.
    pub(super) fn workloads(&mut self, deadline: Instant) -> Arc<Workloads> {
        let left = deadline.saturating_duration_since(Instant::now()).min(PATIENCE);
        let left = if self.late { Duration::ZERO } else { left };
        if self.busy
            && let Ok(answer) = self.answers.recv_timeout(left)
        {
            self.busy = false;
            match answer {
                Ok(workloads) => {
                    self.last = Some((Instant::now(), Arc::new(workloads)));
                    self.say(None);
                }
                Err(reason) => self.say(Some(reason)),
            }
        }
        let recent = self.last.as_ref().filter(|(at, _)| at.elapsed() < STAND_IN);
        recent.map_or_else(Arc::default, |(_, workloads)| Arc::clone(workloads))
    }

    fn say(&mut self, reason: Option<String>) {
        if self.said == reason {
            return;
        }
        match &reason {
            Some(reason) => tracing::warn!("pods of GPUs are unknown: {reason}"),
            None => tracing::info!("pods of GPUs are known again"),
        }
        self.said = reason;
    }
}

fn run(mut client: Client, inbox: &Receiver<()>, outbox: &SyncSender<Result<Workloads, String>>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!("pods of GPUs cannot be asked for: {error}"),
    };
    while inbox.recv().is_ok() {
        let answer = runtime.block_on(client.list());
        let answer = answer.and_then(|body| message::workloads(&body).map_err(|problem| problem.to_string()));
        if outbox.send(answer).is_err() {
            return;
        }
    }
}
