//! The system's message bus (D-Bus): one kept connection, asked under a deadline.
//!
//! A bus that falls silent costs one scrape its deadline. From then on there is a single call on its way, for a sign
//! of life, and every scrape looks only whether it has been answered.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio::time::timeout_at;
use zbus::{Connection, OwnedVariant, connection};

/// A bus, or one program that is reached without it.
pub(crate) struct Bus {
    peer: Peer,
    /// Who is asked.
    service: &'static str,
    /// Made for the first question, and the connection with it. Nothing goes on between two questions.
    runtime: Option<Runtime>,
    connection: Option<Connection>,
    silence: Option<Silence>,
}

#[derive(Clone)]
pub(crate) enum Peer {
    /// The bus at `$DBUS_SYSTEM_BUS_ADDRESS`, or where it usually is.
    System,
    /// systemd's own socket, for root only.
    Systemd(PathBuf),
}

/// A question was not answered in time.
struct Silence {
    since: Instant,
    /// A new connection, over which the service has answered.
    sign_of_life: Pin<Box<dyn Future<Output = zbus::Result<Connection>> + Send>>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum BusError {
    #[error("cannot ask D-Bus: {0}")]
    Runtime(#[from] io::Error),
    #[error("D-Bus did not answer in time")]
    Late,
    #[error("D-Bus: {0}")]
    Bus(#[from] zbus::Error),
}

/// How much of the time is left for what comes after the answer.
const MARGIN: Duration = Duration::from_millis(20);
/// How long a scrape waits for the sign of life of a bus that was silent before.
const GRACE: Duration = Duration::from_millis(100);
/// When the sign of life is asked for anew, since the call or its answer may have been lost.
const ASK_ANEW: Duration = Duration::from_secs(60);

impl Bus {
    pub(crate) fn new(peer: Peer, service: &'static str) -> Self {
        Bus { peer, service, runtime: None, connection: None, silence: None }
    }

    /// Asks a question, which may be many calls, until the deadline. A kept connection that turns out to be dead, since
    /// the bus was started anew, is replaced once.
    pub(crate) fn ask<T, Answer>(
        &mut self,
        deadline: Instant,
        question: impl Fn(Connection) -> Answer,
    ) -> Result<T, BusError>
    where
        Answer: Future<Output = zbus::Result<T>>,
    {
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => Builder::new_current_thread().enable_all().build()?,
        };
        let end = deadline.checked_sub(MARGIN).unwrap_or(deadline);
        let result = self.break_silence(&runtime, end).and_then(|()| self.converse(&runtime, end, question));
        self.runtime = Some(runtime);
        result
    }

    /// Looks whether a bus that was silent has come back.
    fn break_silence(&mut self, runtime: &Runtime, end: Instant) -> Result<(), BusError> {
        let Some(silence) = &mut self.silence else { return Ok(()) };
        let end = end.min(Instant::now() + GRACE);
        // The runtime has to be there when the timer is made.
        match runtime.block_on(async { timeout_at(end.into(), &mut silence.sign_of_life).await }) {
            Ok(result) => {
                self.silence = None;
                self.connection = Some(result?);
                Ok(())
            }
            Err(_) => {
                if silence.since.elapsed() >= ASK_ANEW {
                    *silence = Silence::begin(self.peer.clone(), self.service);
                }
                Err(BusError::Late)
            }
        }
    }

    fn converse<T, Answer>(
        &mut self,
        runtime: &Runtime,
        end: Instant,
        question: impl Fn(Connection) -> Answer,
    ) -> Result<T, BusError>
    where
        Answer: Future<Output = zbus::Result<T>>,
    {
        let (peer, kept) = (&self.peer, self.connection.take());
        let conversation = async {
            if let Some(connection) = kept {
                match question(connection.clone()).await {
                    Ok(answer) => return Ok((connection, answer)),
                    Err(error) if !is_lost(&error) => return Err(error),
                    Err(_) => {}
                }
            }
            let connection = connect(peer).await?;
            let answer = question(connection.clone()).await?;
            Ok((connection, answer))
        };
        let Ok(result) = runtime.block_on(async { timeout_at(end.into(), conversation).await }) else {
            self.silence = Some(Silence::begin(self.peer.clone(), self.service));
            return Err(BusError::Late);
        };
        let (connection, answer) = result?;
        self.connection = Some(connection);
        Ok(answer)
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.connection = None;
        self.silence = None;
        // A runtime must not wait for its tasks where another one runs, as at the exporter's end.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Silence {
    fn begin(peer: Peer, service: &'static str) -> Self {
        let sign_of_life = async move {
            let connection = connect(&peer).await?;
            let ping = connection.call_method(Some(service), "/", Some("org.freedesktop.DBus.Peer"), "Ping", &());
            match ping.await {
                // Who refuses the call is alive.
                Ok(_) | Err(zbus::Error::MethodError(..)) => Ok(connection),
                Err(error) => Err(error),
            }
        };
        Silence { since: Instant::now(), sign_of_life: Box::pin(sign_of_life) }
    }
}

async fn connect(peer: &Peer) -> zbus::Result<Connection> {
    match peer {
        Peer::System => connection::Builder::system().build().await,
        Peer::Systemd(socket) => {
            connection::Builder::address(format!("unix:path={}", socket.display()).as_str()).p2p().build().await
        }
    }
}

fn is_lost(error: &zbus::Error) -> bool {
    matches!(error, zbus::Error::InputOutput(_) | zbus::Error::Connection(..))
}

/// A property of an object of a service.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) service: &'static str,
    pub(crate) path: String,
    pub(crate) interface: &'static str,
    pub(crate) name: &'static str,
}

impl Property {
    async fn read(self, connection: Connection) -> zbus::Result<OwnedVariant> {
        let (service, interface) = (Some(self.service), Some("org.freedesktop.DBus.Properties"));
        let reply = connection.call_method(service, self.path, interface, "Get", &(self.interface, self.name)).await?;
        reply.body().deserialize()
    }
}

/// How many calls may be on their way at once: buses limit the answers that one may wait for.
const IN_FLIGHT: usize = 32;

/// Reads properties, in the order asked for; `None` for those that the object does not have.
pub(crate) async fn properties(
    connection: &Connection,
    wanted: impl IntoIterator<Item = Property>,
) -> zbus::Result<Vec<Option<OwnedVariant>>> {
    let mut values = Vec::new();
    let mut calls = JoinSet::new();
    for (place, property) in wanted.into_iter().enumerate() {
        values.push(None);
        if calls.len() == IN_FLIGHT {
            finish_one(&mut calls, &mut values).await?;
        }
        let connection = connection.clone();
        calls.spawn(async move { (place, property.read(connection).await) });
    }
    while !calls.is_empty() {
        finish_one(&mut calls, &mut values).await?;
    }
    Ok(values)
}

async fn finish_one(
    calls: &mut JoinSet<(usize, zbus::Result<OwnedVariant>)>,
    values: &mut [Option<OwnedVariant>],
) -> zbus::Result<()> {
    let Some(Ok((place, result))) = calls.join_next().await else { return Ok(()) };
    match result {
        Ok(value) => values[place] = Some(value),
        Err(error) if is_lost(&error) => return Err(error),
        Err(_) => {}
    }
    Ok(())
}
