//! The connection to the driver: opened when there is none, closed when it is of no use, never waited for too long.

use std::ffi::OsString;
use std::mem;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use nvml_wrapper::Nvml;
use nvml_wrapper::error::NvmlError;

use super::events::Listener;
use super::read::Plan;
use super::worker::Workers;
use super::xids::XidLog;

/// Between two looks at whether the last thread has let go of the library.
const CLOSING_STEP: Duration = Duration::from_millis(5);
/// How long a scrape waits for what an earlier one has already waited for in vain.
const GLANCE: Duration = Duration::from_millis(20);

/// Why there is no connection.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum Unavailable {
    /// There is no such library, or it is not one.
    #[error("{0}")]
    Library(String),
    /// The library is there, its driver does not answer as it should.
    #[error("{0}")]
    Driver(String),
}

/// The library, loaded and initialised at most once at a time.
pub(super) struct Connection {
    library: OsString,
    plan: Arc<Plan>,
    xids: Arc<XidLog>,
    state: State,
    /// The driver and the number of GPUs that the log last told of: looking for a lost GPU every minute is no news.
    told: Option<(String, u32)>,
}

enum State {
    Closed,
    /// On a thread of its own, because initialising a wedged driver may take for ever.
    Opening {
        opening: Receiver<Result<Opened, Unavailable>>,
        late: bool,
    },
    Open(Session),
    /// Until the last thread lets go: NVML counts its users, and would otherwise go on with the old session.
    Closing(Arc<Nvml>),
}

struct Opened {
    nvml: Nvml,
    driver_version: String,
    count: u32,
}

/// An open connection.
pub(super) struct Session {
    // Dropped in this order: the threads first.
    pub(super) workers: Workers,
    _events: Listener,
    pub(super) driver_version: String,
    pub(super) opened: Instant,
    nvml: Arc<Nvml>,
}

impl Connection {
    pub(super) fn new(library: OsString, plan: Plan, xids: Arc<XidLog>) -> Self {
        Self { library, plan: Arc::new(plan), xids, state: State::Closed, told: None }
    }

    /// The session; a new one when there is none, if the driver gives it before `deadline`.
    pub(super) fn session(&mut self, deadline: Instant) -> Result<&mut Session, Unavailable> {
        let glance = deadline.min(Instant::now() + GLANCE);
        self.finish_closing(glance)?;
        if let State::Closed = self.state {
            self.state = State::Opening { opening: open(self.library.clone()), late: false };
        }
        if let State::Opening { opening, late } = &mut self.state {
            let until = if mem::replace(late, true) { glance } else { deadline };
            let opened = match opening.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(opened) => opened,
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Unavailable::Driver("NVML does not initialise".to_owned()));
                }
                Err(RecvTimeoutError::Disconnected) => Err(Unavailable::Library("loading NVML failed".to_owned())),
            };
            self.state = State::Closed;
            let opened = opened?;
            self.tell(&opened);
            self.state = State::Open(Session::new(opened, &self.plan, &self.xids));
        }
        match &mut self.state {
            State::Open(session) => Ok(session),
            _ => Err(Unavailable::Driver("NVML is not open".to_owned())),
        }
    }

    /// The session that there is, without making one.
    pub(super) fn open_session(&self) -> Option<&Session> {
        if let State::Open(session) = &self.state { Some(session) } else { None }
    }

    /// Lets go of the driver. What still holds it after `deadline` is waited for at the next call.
    pub(super) fn close(&mut self, deadline: Instant) -> Result<(), Unavailable> {
        if let State::Open(_) = self.state
            && let State::Open(session) = mem::replace(&mut self.state, State::Closed)
        {
            let nvml = Arc::clone(&session.nvml);
            drop(session);
            self.state = State::Closing(nvml);
        }
        self.finish_closing(deadline)
    }

    fn tell(&mut self, opened: &Opened) {
        let (driver, gpus) = (&opened.driver_version, opened.count);
        if self.told.replace((driver.clone(), gpus)) != Some((driver.clone(), gpus)) {
            tracing::info!(%driver, gpus, "driver {driver} counts {gpus} GPUs");
        }
    }

    fn finish_closing(&mut self, deadline: Instant) -> Result<(), Unavailable> {
        let State::Closing(nvml) = &self.state else { return Ok(()) };
        while Arc::strong_count(nvml) > 1 {
            if Instant::now() >= deadline {
                return Err(Unavailable::Driver("a call to the driver has not returned".to_owned()));
            }
            std::thread::sleep(CLOSING_STEP);
        }
        // The last owner: dropping it shuts NVML down, which closes the driver's device files.
        self.state = State::Closed;
        Ok(())
    }
}

impl Session {
    fn new(opened: Opened, plan: &Arc<Plan>, xids: &Arc<XidLog>) -> Self {
        let nvml = Arc::new(opened.nvml);
        Self {
            workers: Workers::start(&nvml, opened.count, plan),
            _events: Listener::start(Arc::clone(&nvml), opened.count, Arc::clone(xids)),
            driver_version: opened.driver_version,
            opened: Instant::now(),
            nvml,
        }
    }
}

fn open(library: OsString) -> Receiver<Result<Opened, Unavailable>> {
    let (answer, opening) = sync_channel(1);
    std::thread::Builder::new()
        .name("gpu-open".to_owned())
        .spawn(move || {
            // Nobody waits any more when the exporter ends: then the session ends with this thread.
            let _ = answer.send(initialise(&library));
        })
        .expect("the system has room for one more thread");
    opening
}

fn initialise(library: &OsString) -> Result<Opened, Unavailable> {
    let nvml = Nvml::builder().lib_path(library).init().map_err(|error| unavailable(library, &error))?;
    if nvml.lib().nvmlShutdown.is_err() {
        // Without the function to end a session, the wrapper panics when it ends one.
        mem::forget(nvml);
        return Err(Unavailable::Library(format!("`{}` has no nvmlShutdown", library.display())));
    }
    let count = nvml.device_count().map_err(|error| unavailable(library, &error))?;
    let driver_version = nvml.sys_driver_version().unwrap_or_default();
    Ok(Opened { nvml, driver_version, count })
}

fn unavailable(library: &OsString, error: &NvmlError) -> Unavailable {
    match error {
        NvmlError::LibloadingError(_) | NvmlError::FailedToLoadSymbol(_) => {
            Unavailable::Library(format!("cannot load `{}`: {error}", library.display()))
        }
        _ => Unavailable::Driver(format!("NVML: {error}")),
    }
}
