//! Accepts connections, serves them, and ends gracefully: `run(listener, …)`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::registry::Registry;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use tracing::{debug, info, warn};

use crate::app::{App, Parts};
use crate::config::Config;
use crate::details::Watched;
use crate::metrics::Metrics;
use crate::prometheus::Client;
use crate::publish::Publisher;
use crate::router;

/// Request line and headers together; a longer head is answered with 431.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// After an accept that failed, for example because there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is cancelled, then lets what is under way finish.
pub async fn run(listener: TcpListener, config: Config, shutdown: CancellationToken) -> anyhow::Result<()> {
    let config = Arc::new(config);
    let mut registry = Registry::default();
    let metrics = Metrics::new(&mut registry);
    let client = Client::new(&config.prometheus, metrics.upstream.clone())?;
    let watched = Watched::new(config.live.max_watched_servers);
    let (publisher, published) =
        Publisher::new(client.clone(), Arc::clone(&config), Arc::clone(&watched), metrics.snapshot.clone());
    let openapi = router::openapi_json();
    let app = App::new(Parts { config, client, metrics, registry, published, watched, openapi });

    let publisher = tokio::spawn(publisher.run(shutdown.clone()));
    let (paced, on_shutdown) = (Arc::clone(&app), shutdown.clone());
    let pace =
        tokio::spawn(async move { paced.pace.run(paced.published.clone(), &paced.connections, on_shutdown).await });
    serve(listener, Arc::clone(&app), shutdown).await;
    pace.await.context("the loop that tells of ticks ended early")?;
    publisher.await.context("the loop that makes snapshots ended early")
}

async fn serve(listener: TcpListener, app: Arc<App>, shutdown: CancellationToken) {
    let router = router::router(Arc::clone(&app));
    let connections = Arc::new(Semaphore::new(app.config.http.max_connections));
    let tracker = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accept(&listener, &connections) => accepted,
        };
        if let Some((stream, address, permit)) = accepted {
            let connection = serve_connection(stream, address, router.clone(), Arc::clone(&app), shutdown.clone());
            tracker.spawn(async move {
                connection.await;
                drop(permit);
            });
        }
    }
    drop(listener);
    drain(&app, &tracker).await;
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(connections).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => Some((stream, address, permit)),
        Err(error) => {
            warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    app: Arc<App>,
    shutdown: CancellationToken,
) {
    // Frames are written whole; waiting for more would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "nodelay");
    }
    let answering = Arc::clone(&app);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let ready = router::ready_answer(&answering, &request);
        let router = router.clone();
        async move {
            if let Some(response) = ready {
                return Ok(response);
            }
            request.extensions_mut().insert(ConnectInfo(address));
            router.oneshot(request.map(axum::body::Body::new)).await
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(app.config.http.header_timeout)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        debug!(%address, error = &error as &dyn std::error::Error, "a connection broke");
    }
}

/// Waits for requests under way; live clients are told when to come back.
async fn drain(app: &App, tracker: &TaskTracker) {
    info!("stopping");
    app.connections.draining.cancel();
    tracker.close();
    let timeout = app.config.http.drain_timeout;
    let quiet = async {
        tracker.wait().await;
        while app.connections.count() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if tokio::time::timeout(timeout, quiet).await.is_err() {
        warn!(timeout_s = timeout.as_secs_f64(), "some connections did not end in time; they are cut off");
    }
}
