//! A kubelet that knows one pod: its pod-resources service on a socket, with HTTP/2 as the real one speaks it.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::UnixListener;

pub(crate) struct Kubelet {
    folder: tempfile::TempDir,
    connections: Arc<AtomicUsize>,
    // Dropped with the kubelet, which ends its thread and all that runs there.
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Kubelet {
    /// Starts a kubelet that gave one GPU to one container.
    pub(crate) fn start(pod: &str, namespace: &str, container: &str, gpu: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(async { UnixListener::bind(socket_in(folder.path())).unwrap() });
        let connections = Arc::new(AtomicUsize::new(0));
        let (stop, stopped) = tokio::sync::oneshot::channel();
        runtime.spawn(serve(listener, response(pod, namespace, container, gpu), Arc::clone(&connections)));
        std::thread::spawn(move || runtime.block_on(stopped));
        Self { folder, connections, _stop: stop }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        socket_in(self.folder.path())
    }

    /// How many connections were made to it.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

fn socket_in(folder: &Path) -> PathBuf {
    folder.join("kubelet.sock")
}

async fn serve(listener: UnixListener, response: Bytes, connections: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::Relaxed);
        let response = response.clone();
        let service = service_fn(move |request| answer(request, response.clone()));
        tokio::spawn(http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(
    request: Request<Incoming>,
    response: Bytes,
) -> Result<Response<impl Body<Data = Bytes, Error = Infallible>>, Infallible> {
    assert_eq!(request.uri().path(), "/v1.PodResourcesLister/List");
    let asked = request.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(asked, [0; 5][..], "an empty message in its frame");
    let trailers =
        HeaderMap::from_iter([(http::HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"))]);
    let body = Full::from(response).with_trailers(async { Some(Ok(trailers)) });
    Ok(Response::builder().header("content-type", "application/grpc").body(body).unwrap())
}

/// `ListPodResourcesResponse` in its gRPC frame.
fn response(pod: &str, namespace: &str, container: &str, gpu: &str) -> Bytes {
    let devices = [field(1, b"nvidia.com/gpu"), field(2, gpu.as_bytes())].concat();
    let container = [field(1, container.as_bytes()), field(2, &devices)].concat();
    let pod = [field(1, pod.as_bytes()), field(2, namespace.as_bytes()), field(3, &container)].concat();
    let message = field(1, &pod);
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], &message].concat().into()
}

/// A protobuf field with a length; two bytes of varint are enough for a test's.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let length = [(content.len() & 0x7f) as u8 | 0x80, u8::try_from(content.len() >> 7).unwrap()];
    [&[number << 3 | 2], &length[..], content].concat()
}
