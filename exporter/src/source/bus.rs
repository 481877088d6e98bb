//! The system's message bus (D-Bus): one kept connection, asked under a deadline.

use std::future::Future;
use std::io;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio::time::timeout_at;
use zbus::{Connection, OwnedVariant, connection};

/// A bus, or one program that is reached without it.
pub(crate) struct Bus {
    peer: Peer,
    /// Made for the first question, and the connection with it. Nothing goes on between two questions.
    runtime: Option<Runtime>,
    connection: Option<Connection>,
}

#[derive(Clone, Copy)]
pub(crate) enum Peer {
    /// The bus at `$DBUS_SYSTEM_BUS_ADDRESS`, or where it usually is.
    System,
    /// systemd's own socket, for root only.
    Systemd,
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

impl Bus {
    pub(crate) fn new(peer: Peer) -> Self {
        Bus { peer, runtime: None, connection: None }
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
        let (peer, kept) = (self.peer, self.connection.take());
        let end = deadline.checked_sub(MARGIN).unwrap_or(deadline);
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
        // The runtime has to be there when the timer is made.
        let result = runtime.block_on(async { timeout_at(end.into(), conversation).await });
        self.runtime = Some(runtime);
        let (connection, answer) = result.map_err(|_| BusError::Late)??;
        self.connection = Some(connection);
        Ok(answer)
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.connection = None;
        // A runtime must not wait for its tasks where another one runs, as at the exporter's end.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn connect(peer: Peer) -> zbus::Result<Connection> {
    match peer {
        Peer::System => connection::Builder::system().build().await,
        Peer::Systemd => connection::Builder::address("unix:path=/run/systemd/private").p2p().build().await,
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
