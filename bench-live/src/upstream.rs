//! A Prometheus that is played: it answers the gateway's questions for as many servers as wanted, and its values move.
//!
//! A real one that scrapes ten thousand servers would take the cores from what is to be measured. A question that is not
//! known is refused, so that a gateway that asks differently is not measured on half a snapshot.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

/// One series of every server.
struct Series {
    /// Between `{` and the server's labels.
    labels: &'static str,
    value: Value,
}

/// How a server's value comes about.
enum Value {
    Fixed(f64),
    /// Up and down between the two.
    Moving(f64, f64),
    /// Unix seconds, so long ago.
    Ago(f64),
}

use Value::{Ago, Fixed, Moving};

const fn series(labels: &'static str, value: Value) -> Series {
    Series { labels, value }
}

/// What a question contains, and its answer; the first that fits.
const ANSWERS: &[(&str, &[Series])] = &[
    ("last_over_time(node_uname_info", &[series(r#""series":"known","nodename":"$","#, Fixed(1.0))]),
    ("group by (job, instance, nodename)", &[series(r#""series":"known","nodename":"$","#, Fixed(1.0))]),
    // GPUs that are reserved but idle: none.
    ("max_over_time((timestamp(DCGM_FI_DEV_GPU_UTIL", &[]),
    ("timestamp(up{", &[series("", Ago(2.0))]),
    (
        "Hostname, gpu, UUID)",
        &[
            series(r#""series":"instance:node_temperature_celsius:max","#, Moving(35.0, 80.0)),
            series(r#""series":"instance:gpus:count","#, Fixed(8.0)),
            series(r#""series":"instance:gpu_utilization_ratio:max","#, Moving(0.0, 1.0)),
            series(r#""series":"instance:gpu_memory_used_bytes:sum","#, Moving(1e9, 6e11)),
            series(r#""series":"instance:gpu_memory_size_bytes:sum","#, Fixed(6.4e11)),
            series(r#""series":"instance:gpu_temperature_celsius:max","#, Moving(35.0, 90.0)),
            series(r#""series":"instance:gpu_power_watts:sum","#, Moving(400.0, 5600.0)),
        ],
    ),
    (
        "topk by",
        &[
            series(
                r#""series":"instance:node_filesystem_fullest:ratio","mountpoint":"/var/lib","device":"/dev/nvme0n1p2","#,
                Moving(0.1, 0.99),
            ),
            series(
                r#""series":"instance:node_filesystem_fullest_size:bytes","mountpoint":"/var/lib","device":"/dev/nvme0n1p2","#,
                Fixed(2e12),
            ),
            series(
                r#""series":"instance:node_filesystem_fullest_avail:bytes","mountpoint":"/var/lib","device":"/dev/nvme0n1p2","#,
                Moving(1e10, 1.8e12),
            ),
        ],
    ),
    (
        "instance:node_cpus:count",
        &[
            series(r#""series":"instance:node_cpus:count","#, Fixed(64.0)),
            series(r#""series":"instance:node_cpu_utilization:ratio","#, Moving(0.0, 1.0)),
            series(r#""series":"instance:node_disk_read_bytes:rate30s","#, Moving(0.0, 5e8)),
            series(r#""series":"instance:node_disk_written_bytes:rate30s","#, Moving(0.0, 5e8)),
            series(r#""series":"instance:node_network_receive_bytes:rate30s","#, Moving(0.0, 1e9)),
            series(r#""series":"instance:node_network_transmit_bytes:rate30s","#, Moving(0.0, 1e9)),
            series(r#""series":"instance:node_filesystem_size_bytes:sum","#, Fixed(4e12)),
            series(r#""series":"instance:node_filesystem_free_bytes:sum","#, Moving(1e11, 3e12)),
        ],
    ),
    (
        "node_load1|",
        &[
            series(r#""__name__":"node_load1","#, Moving(0.0, 64.0)),
            series(r#""__name__":"node_load5","#, Moving(0.0, 64.0)),
            series(r#""__name__":"node_load15","#, Moving(0.0, 64.0)),
            series(r#""__name__":"node_memory_MemTotal_bytes","#, Fixed(2.7e11)),
            series(r#""__name__":"node_memory_MemAvailable_bytes","#, Moving(1e10, 2.6e11)),
            series(r#""__name__":"node_memory_SwapTotal_bytes","#, Fixed(8e9)),
            series(r#""__name__":"node_memory_SwapFree_bytes","#, Moving(1e9, 8e9)),
            series(r#""__name__":"node_boot_time_seconds","#, Ago(1_000_000.0)),
            series(r#""__name__":"node_time_seconds","#, Ago(2.0)),
        ],
    ),
];

/// Serves it on a free port, for as long as the runtime lives.
pub(crate) async fn start(servers: usize) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().fallback(answer).with_state(Arc::new(servers));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn answer(State(servers): State<Arc<usize>>, uri: Uri, form: Bytes) -> Response {
    match uri.path() {
        "/api/v1/rules" => return r#"{"status":"success","data":{"groups":[]}}"#.into_response(),
        "/api/v1/targets" => {
            return r#"{"status":"success","data":{"activeTargets":[],"droppedTargets":[]}}"#.into_response();
        }
        _ => {}
    }
    let query = url::form_urlencoded::parse(&form).find(|(name, _)| name == "query").map(|(_, query)| query);
    let query = query.unwrap_or_default();
    let Some((_, all)) = ANSWERS.iter().find(|(part, _)| query.contains(part)) else {
        let error = serde_json::json!({"status": "error", "errorType": "bad_data", "error": format!("nobody plays the answer to {query}")});
        return (StatusCode::BAD_REQUEST, error.to_string()).into_response();
    };
    vector(all, *servers, now()).into_response()
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

fn vector(all: &[Series], servers: usize, at: f64) -> String {
    let mut out = String::with_capacity(all.len() * servers * 160 + 100);
    out.push_str(r#"{"status":"success","data":{"resultType":"vector","result":["#);
    for (number, one) in all.iter().enumerate() {
        for server in 0..servers {
            let rack = server / 40;
            let name = format!("node-{server:05}");
            if server + number > 0 {
                out.push(',');
            }
            out.push_str(r#"{"metric":{"#);
            out.push_str(&one.labels.replace('$', &name));
            let value = one.value.of(server * 31 + number, at);
            let written = write!(
                out,
                r#""job":"node","instance":"{name}:9100","datacenter":"dc{}","rack":"r{rack}"}},"value":[{at:.3},"{value}"]}}"#,
                rack % 3
            );
            written.expect("a string takes everything");
        }
    }
    out.push_str("]}}");
    out
}

impl Value {
    /// Of the server and series that `seed` stands for.
    fn of(&self, seed: usize, at: f64) -> f64 {
        match *self {
            Fixed(value) => value,
            Ago(seconds) => at - seconds,
            Moving(low, high) => {
                let phase = seed as f64 * 0.618_033_988_749;
                low + (high - low) * (0.5 + 0.5 * (at / (60.0 + phase % 240.0) + phase).sin())
            }
        }
    }
}
