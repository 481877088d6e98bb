//! NVIDIA GPUs, through NVML: in dcgm-exporter's words where it has them, else as `sightline_gpu_*`.
//!
//! `read` (on a thread per GPU) gives plain values, `families` makes samples of them; between them stand the
//! connection to the driver and the memory of which GPUs there were.

mod call;
mod cgroup;
mod connection;
mod dcgm;
mod dcgm_field_values;
mod events;
mod expected;
mod families;
mod field_key;
mod fields_file;
mod kubernetes;
mod labels;
mod raw;
mod read;
pub(crate) mod release;
mod roster;
pub(crate) mod settings;
mod values;
mod worker;
mod workloads;
mod xids;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::Roots;
use connection::{Connection, Unavailable};
use expected::{Expected, Lists};
use families::Exported;
use kubernetes::PodResources;
use roster::Roster;
use values::Readings;

pub(super) const REGISTRATION: Registration = Registration {
    name: "gpu",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: settings::FLAGS,
    new: |settings| Ok(Box::new(settings::collector(settings)?)),
};

/// Kept of the scrape's time for making samples of what was read.
const MARGIN: Duration = Duration::from_millis(50);
/// A GPU that is lost comes back, after a reset, to a new connection only; the others pay for trying.
const RETRY_LOST: Duration = Duration::from_secs(60);

/// How often a machine without NVIDIA's hardware and library is looked at: both would have to be put in, and looking
/// costs more than most collectors do.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// The machine's GPUs.
struct Gpus {
    /// Whether the flags name the collector or its library; if not, a machine without GPUs is not told of.
    asked_for: bool,
    roots: Arc<Roots>,
    lists: Lists,
    connection: Connection,
    roster: Roster,
    exported: Exported,
    pods: Option<PodResources>,
    /// When there was neither hardware nor library, and how loading the library failed.
    absent: Option<(Instant, String)>,
}

impl Collector for Gpus {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let deadline = scrape.deadline.checked_sub(MARGIN).unwrap_or(scrape.deadline);
        if release::is_requested() {
            self.connection.close(deadline).map_err(failed)?;
            release::note_closed();
            return Err(CollectError::no_data("NVML is released"));
        }
        if let Some(pods) = &mut self.pods {
            pods.ask();
        }
        if let Some((since, reason)) = &self.absent
            && since.elapsed() < LOOK_AGAIN
        {
            return Err(self.nothing_here(reason.clone()));
        }
        self.absent = None;
        let mut expected = self.lists.read(&self.roots);
        let (driver_version, counted, gpus) = match self.connection.session(deadline) {
            Ok(session) => {
                let answers = session.workers.read(deadline);
                let version = session.driver_version.clone();
                (version, answers.len(), self.roster.take(answers))
            }
            // GPUs that were there are told of as down; without any, there is nothing to tell.
            Err(unavailable) if self.roster.is_empty() => return Err(self.without_gpus(unavailable, &expected)),
            Err(unavailable) => (String::new(), 0, self.roster.all_down(&unavailable.to_string())),
        };
        let never_seen = self.roster.never_seen(&expected);
        // In a container both lists may be out of sight: then at least what NVML counts, and what was there, is expected.
        expected.bus_ids.extend(gpus.iter().map(|gpu| gpu.identity.pci_bus_id.clone()));
        let expected = expected.bus_ids.len().max(counted);
        let readings = Readings { driver_version, expected, gpus, never_seen };
        let workloads = self.pods.as_mut().map(|pods| pods.workloads(deadline)).unwrap_or_default();
        families::write(&readings, &self.exported, &workloads, out);
        self.renew_when_due(deadline);
        Ok(())
    }
}

impl Gpus {
    /// A machine without NVIDIA's hardware has nothing to say; one with it has something wrong.
    fn without_gpus(&mut self, unavailable: Unavailable, expected: &Expected) -> CollectError {
        match unavailable {
            Unavailable::Library(reason) if expected.bus_ids.is_empty() => {
                self.absent = Some((Instant::now(), reason.clone()));
                self.nothing_here(reason)
            }
            Unavailable::Library(reason) | Unavailable::Driver(reason) => CollectError::Failed(reason),
        }
    }

    /// Those who asked for the collector are told that it has nothing.
    fn nothing_here(&self, reason: String) -> CollectError {
        if self.asked_for { CollectError::no_data(reason) } else { CollectError::NothingHere(reason.into()) }
    }

    /// Closes a connection that is over, or that does not show what there is; the next scrape opens a new one.
    fn renew_when_due(&mut self, deadline: Instant) {
        let Some(session) = self.connection.open_session() else { return };
        let lost = self.roster.any_lost() && session.opened.elapsed() >= RETRY_LOST;
        // While a call hangs, a new connection would only put one more thread beside the one that hangs.
        let due = !session.workers.any_busy() && (self.roster.driver_gone() || session.workers.count_changed() || lost);
        if due && let Err(unavailable) = self.connection.close(deadline) {
            tracing::debug!("closing NVML: {unavailable}");
        }
    }
}

fn failed(unavailable: Unavailable) -> CollectError {
    CollectError::Failed(unavailable.to_string())
}
