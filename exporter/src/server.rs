//! HTTP: the listeners, and what each path answers.

mod handlers;
mod selection;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::routing::get;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::config::{Config, Listen, Web};
use crate::own::{Own, Requests};
use crate::scrape::Engine;

/// How long a client may take to send a request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long answers under way have once the exporter is told to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// What a handler may reach.
pub(crate) struct App {
    engine: Arc<Engine>,
    requests: Requests,
    own: Mutex<Own>,
    web: Web,
}

/// Serves until SIGTERM or SIGINT, and then for as long as answers are under way.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    let listeners = config.web.listen.iter().map(bind).collect::<anyhow::Result<Vec<_>>>()?;
    let engine = Engine::new(config.collectors, config.roots);
    let names: Vec<_> = engine.names().collect();
    tracing::info!(collectors = names.join(","), "{} collectors are on", names.len());
    let app = Arc::new(App { engine, requests: Requests::default(), own: Mutex::new(Own::new()), web: config.web });
    serve(listeners, router(app), stop()?).await;
    Ok(())
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(handlers::landing))
        .route(&app.web.telemetry_path, get(handlers::metrics).post(handlers::metrics))
        .route("/-/healthy", get(handlers::healthy))
        .route("/-/ready", get(handlers::healthy))
        .with_state(app)
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

fn bind(listen: &Listen) -> anyhow::Result<Listener> {
    let bound = match listen {
        Listen::Tcp(address) => bind_tcp(*address),
        Listen::Unix(path) => UnixListener::bind(path).map(|listener| (listen.clone(), Listener::Unix(listener))),
    };
    let (address, listener) = bound.with_context(|| format!("cannot listen on {listen}"))?;
    tracing::info!(%address, "listening");
    Ok(listener)
}

/// Answers with the address that was bound, which tells the port when 0 was asked for.
fn bind_tcp(address: std::net::SocketAddr) -> std::io::Result<(Listen, Listener)> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok((Listen::Tcp(listener.local_addr()?), Listener::Tcp(TcpListener::from_std(listener)?)))
}

async fn serve(listeners: Vec<Listener>, router: Router, stop: impl Future<Output = ()>) {
    let connections = Arc::new(GracefulShutdown::new());
    let mut accepting = JoinSet::new();
    for listener in listeners {
        accepting.spawn(accept(listener, router.clone(), Arc::clone(&connections)));
    }
    stop.await;
    accepting.shutdown().await;
    let connections = Arc::into_inner(connections).expect("all that accepted have ended");
    if tokio::time::timeout(DRAIN, connections.shutdown()).await.is_err() {
        tracing::warn!("stopped with answers still under way after {DRAIN:?}");
    }
}

async fn accept(listener: Listener, router: Router, connections: Arc<GracefulShutdown>) {
    loop {
        let accepted = match &listener {
            Listener::Tcp(listener) => listener.accept().await.map(|(stream, _)| {
                // An answer leaves in one piece, which nothing should hold back.
                let _ = stream.set_nodelay(true);
                spawn(stream, &router, &connections);
            }),
            Listener::Unix(listener) => listener.accept().await.map(|(stream, _)| spawn(stream, &router, &connections)),
        };
        if let Err(error) = accepted {
            // Out of descriptors, mostly: others will be closed in a while, and trying at once would only burn CPU.
            tracing::warn!("cannot accept a connection: {error}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn spawn(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: &Router, all: &GracefulShutdown) {
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
    let connection = all.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("connection ended: {error}");
        }
    });
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
