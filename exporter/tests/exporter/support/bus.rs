//! A message bus on a socket of a test's own, which answers for systemd and logind itself.

use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use zbus::export::futures_core::Stream;
use zbus::message::{Header, Message};
use zbus::{Connection, MessageStream, ObjectPath, Variant, connection};

pub(crate) struct FakeBus {
    folder: tempfile::TempDir,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    silent: AtomicBool,
    connections: AtomicUsize,
}

impl FakeBus {
    pub(crate) fn start() -> Self {
        Self::start_at("bus")
    }

    /// With its socket at a path below [`FakeBus::folder`].
    pub(crate) fn start_at(path: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join(path);
        std::fs::create_dir_all(socket.parent().unwrap()).unwrap();
        let listener = UnixListener::bind(socket).unwrap();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        // Ends with the tests' process: nobody waits for it.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, state) = (stream.unwrap(), Arc::clone(&shared));
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        FakeBus { folder, state }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn address(&self) -> String {
        format!("unix:path={}", self.folder.path().join("bus").display())
    }

    /// Whether calls are answered, or wait until they are.
    pub(crate) fn answer(&self, answer: bool) {
        self.state.silent.store(!answer, Ordering::SeqCst);
    }

    /// Waits until so many connections are open; false when it takes too long.
    pub(crate) fn connections_become(&self, count: usize) -> bool {
        (0..500).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            self.state.connections.load(Ordering::SeqCst) == count
        })
    }
}

/// Answers calls on one connection until it is closed.
fn serve(stream: UnixStream, state: &State) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    state.connections.fetch_add(1, Ordering::SeqCst);
    runtime.block_on(async {
        let server = connection::Builder::unix_stream(stream).server("0123456789abcdef0123456789abcdef").p2p();
        let Ok(connection) = server.build().await else { return };
        // On this runtime's one thread nothing is read between these lines: no call is missed.
        let mut messages = MessageStream::from(&connection);
        while let Some(Ok(message)) = std::future::poll_fn(|context| Pin::new(&mut messages).poll_next(context)).await {
            let header = message.header();
            while state.silent.load(Ordering::SeqCst) {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            if header.member().is_some() {
                let _ = reply(&connection, &message, &header).await;
            }
        }
    });
    state.connections.fetch_sub(1, Ordering::SeqCst);
}

/// Units by name, whether they are loaded, and their state.
const UNITS: [(&str, &str, &str); 7] = [
    ("ssh.service", "loaded", "active"),
    ("cron.service", "loaded", "failed"),
    ("gone.service", "not-found", "inactive"),
    ("home.mount", "loaded", "active"),
    ("apt.timer", "loaded", "active"),
    ("dbus.socket", "loaded", "active"),
    ("slow.service", "loaded", "reloading"),
];

/// Sessions by number, seat, type, class and whether they come over the network.
const SESSIONS: [(&str, &str, &str, &str, bool); 3] =
    [("1", "seat0", "tty", "user", false), ("2", "", "tty", "user", true), ("3", "", "holographic", "user", true)];

async fn reply(connection: &Connection, message: &Message, header: &Header<'_>) -> zbus::Result<()> {
    let path = |path: String| ObjectPath::try_from(path).unwrap();
    match header.member().map(|member| member.to_string()).unwrap_or_default().as_str() {
        "Ping" => connection.reply(header, &()).await,
        "Hello" => connection.reply(header, &":1.1").await,
        "ListUnits" => {
            let unit = |(name, load, active): (&'static str, &'static str, &'static str)| {
                let at = path(format!("/unit/{}", name.replace('.', "_")));
                (name, "", load, active, "", "", at, 0u32, "", path("/".to_owned()))
            };
            connection.reply(header, &UNITS.map(unit).to_vec()).await
        }
        "ListSeats" => connection.reply(header, &vec![("seat0", path("/seat/seat0".to_owned()))]).await,
        "ListSessions" => {
            let session = |it: (&'static str, &'static str, &str, &str, bool)| {
                (it.0, 1000u32, "ann", it.1, path(format!("/session/{}", it.0)))
            };
            connection.reply(header, &SESSIONS.map(session).to_vec()).await
        }
        _ => {
            let body = message.body();
            let (_, name): (&str, &str) = body.deserialize()?;
            match property(header.path().map_or("", |path| path.as_str()), name) {
                Some(value) => connection.reply(header, &value).await,
                None => connection.reply_error(header, "org.example.NoSuchProperty", &name).await,
            }
        }
    }
}

fn property(path: &str, name: &str) -> Option<Variant<'static>> {
    let session = SESSIONS.iter().find(|session| path.strip_prefix("/session/") == Some(session.0));
    let active = path == "/unit/ssh_service";
    Some(match name {
        "Version" => "252.22-1~deb12u1".into(),
        "Virtualization" => "".into(),
        "SystemState" => "degraded".into(),
        "Type" if path.starts_with("/session") => session?.2.into(),
        "Type" if path == "/unit/home_mount" => "ext4".into(),
        "Type" if path == "/unit/slow_service" => return None,
        "Type" => "notify".into(),
        "Class" => session?.3.into(),
        "Remote" => session?.4.into(),
        "NRestarts" => 3u32.into(),
        "TasksCurrent" => (if active { 7 } else { u64::MAX }).into(),
        "TasksMax" => 9000u64.into(),
        "ActiveEnterTimestamp" => 1_700_000_000_123_456u64.into(),
        "LastTriggerUSec" => 1_700_000_001_500_000u64.into(),
        "NAccepted" => 11u32.into(),
        "NConnections" => 2u32.into(),
        "NRefused" => 1u32.into(),
        _ => return None,
    })
}
