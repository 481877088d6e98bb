//! HTTP: the connections, and what each path answers.

mod answer;
mod gate;
mod gpu;
mod handlers;
mod live_config;
mod selection;
mod sockets;
mod web_config;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::config::{Config, Web};
use crate::exposition::Encoder;
use crate::own::{Own, Requests};
use crate::scrape::Engine;
use answer::{Gzip, Spare};
use gate::Gate;
use live_config::LiveConfig;
use sockets::Listener;

/// How long a connection may stay without a whole request: longer than the two minutes that lie between scrapes at
/// most, so that a scraper keeps its connection and, with TLS, its handshake.
const IDLE: Duration = Duration::from_secs(130);
/// How long a client may take over a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long answers under way have once the exporter is told to stop.
const DRAIN: Duration = Duration::from_secs(5);
/// Connections at a time; a further one waits until another ends.
const MOST_CONNECTIONS: usize = 512;

/// What a handler may reach.
struct App {
    engine: Arc<Engine>,
    requests: Requests,
    own: Mutex<Own>,
    encoder: Mutex<Encoder>,
    gzip: Mutex<Gzip>,
    spare: Spare,
    web: Web,
}

/// Serves until SIGTERM or SIGINT, and then for as long as answers are under way.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    let gate = config.web.config_file.as_deref().map(LiveConfig::open).transpose()?;
    let gate = gate.map(|config| Arc::new(Gate::new(config)));
    let stop = stop()?;
    let listeners = sockets::listen(&config.web)?;
    let engine = Engine::new(config.collectors, config.roots);
    let names: Vec<_> = engine.names().collect();
    tracing::info!(collectors = names.join(","), "{} collectors are on", names.len());
    let app = App {
        engine,
        requests: Requests::default(),
        own: Mutex::new(Own::new()),
        encoder: Mutex::default(),
        gzip: Mutex::default(),
        spare: Spare::default(),
        web: config.web,
    };
    let connections = Arc::new(Connections {
        router: router(Arc::new(app), gate.clone()),
        gate,
        room: Arc::new(Semaphore::new(MOST_CONNECTIONS)),
        all: GracefulShutdown::new(),
    });
    serve(listeners, connections, stop).await;
    Ok(())
}

fn router(app: Arc<App>, gate: Option<Arc<Gate>>) -> Router {
    let mut router = Router::new()
        .route("/", get(handlers::landing))
        .route(&app.web.telemetry_path, get(handlers::metrics).post(handlers::metrics))
        .route("/-/healthy", get(handlers::healthy))
        .route("/-/ready", get(handlers::healthy));
    if app.web.gpu_release && app.engine.names().any(|name| name == "gpu") {
        router = router.route("/-/gpu/release", post(gpu::release));
    }
    let router = router.with_state(app);
    match gate {
        Some(gate) => router.layer(axum::middleware::from_fn_with_state(gate, gate::guard)),
        None => router,
    }
}

/// What every connection needs, and all of them together.
struct Connections {
    router: Router,
    gate: Option<Arc<Gate>>,
    room: Arc<Semaphore>,
    all: GracefulShutdown,
}

async fn serve(listeners: Vec<Listener>, connections: Arc<Connections>, stop: impl Future<Output = ()>) {
    let mut accepting = JoinSet::new();
    for listener in listeners {
        accepting.spawn(accept(listener, Arc::clone(&connections)));
    }
    stop.await;
    accepting.shutdown().await;
    // A handshake may still hold the connections; it is not an answer under way.
    let Some(connections) = Arc::into_inner(connections) else { return };
    if tokio::time::timeout(DRAIN, connections.all.shutdown()).await.is_err() {
        tracing::warn!("stopped with answers still under way after {DRAIN:?}");
    }
}

async fn accept(listener: Listener, connections: Arc<Connections>) {
    loop {
        let room = Arc::clone(&connections.room).acquire_owned().await.expect("the semaphore is never closed");
        let accepted = match &listener {
            Listener::Tcp(listener) => listener.accept().await.map(|(stream, _)| {
                // An answer leaves in one piece, which nothing should hold back.
                let _ = stream.set_nodelay(true);
                connections.open(stream, room);
            }),
            Listener::Unix(listener, _) => listener.accept().await.map(|(stream, _)| connections.open(stream, room)),
        };
        if let Err(error) = accepted {
            // Out of descriptors, mostly: others will be closed in a while, and trying at once would only burn CPU.
            tracing::warn!("cannot accept a connection: {error}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Connections {
    fn open(
        self: &Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        room: OwnedSemaphorePermit,
    ) {
        let Some(tls) = self.gate.as_ref().and_then(|gate| gate.config.current().tls.clone()) else {
            return self.http(stream, room);
        };
        let connections = Arc::clone(self);
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE, TlsAcceptor::from(tls).accept(stream)).await {
                Ok(Ok(stream)) => connections.http(stream, room),
                Ok(Err(error)) => tracing::debug!("TLS handshake failed: {error}"),
                Err(_) => tracing::debug!("TLS handshake took longer than {HANDSHAKE:?}"),
            }
        });
    }

    fn http(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, room: OwnedSemaphorePermit) {
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(IDLE)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.router.clone()));
        let connection = self.all.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("connection ended: {error}");
            }
            drop(room);
        });
    }
}

/// The headers whose values are read as anything but whole.
#[cfg(fuzzing)]
pub(crate) const FREE_HEADERS: [axum::http::HeaderName; 4] = [
    axum::http::header::ACCEPT,
    axum::http::header::ACCEPT_ENCODING,
    axum::http::header::AUTHORIZATION,
    handlers::SCRAPE_TIMEOUT,
];

#[cfg(fuzzing)]
pub(crate) fn fuzz_request(query: &str, headers: &axum::http::HeaderMap) {
    let _ = selection::parse(query, ["cpu", "loadavg"].into_iter());
    handlers::fuzz(headers);
    gate::fuzz(headers);
}

#[cfg(fuzzing)]
pub(crate) fn fuzz_web_config(text: &str) {
    let _ = web_config::parse(text, std::path::Path::new("/nonexistent"), &mut Vec::new());
}

/// Completes on SIGTERM or SIGINT.
fn stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}
