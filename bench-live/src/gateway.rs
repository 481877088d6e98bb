//! The gateway under load: a process of its own, whose CPU and memory the kernel tells.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

/// Until there is a snapshot.
const START: Duration = Duration::from_secs(60);
const ANSWER: Duration = Duration::from_secs(10);

/// Ends when dropped.
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    pid: u32,
    _child: Child,
}

/// What it has used so far.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) at: Instant,
    /// Of all its threads, user and system, in seconds.
    pub(crate) cpu: f64,
    /// Resident, in bytes.
    pub(crate) memory: f64,
}

impl Gateway {
    /// Starts it on a free port and waits for its first snapshot.
    pub(crate) async fn start(
        binary: &Path,
        prometheus: &str,
        connections: usize,
        tick: Duration,
    ) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        let child = Command::new(binary)
            .env("SIGHTLINE_LISTEN", address.to_string())
            .env("SIGHTLINE_PROMETHEUS_URL", prometheus)
            .env("SIGHTLINE_SNAPSHOT_INTERVAL", format!("{}s", tick.as_secs()))
            .env("SIGHTLINE_LIVE_MAX_CONNECTIONS", connections.to_string())
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!("{} cannot be started; build it, or name another with --gateway", binary.display())
            })?;
        let pid = child.id().context("the gateway ended at once")?;
        let gateway = Self { address, pid, _child: child };
        let deadline = Instant::now() + START;
        while !gateway.get("/-/ready").await.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            ensure!(Instant::now() < deadline, "the gateway had no snapshot within {} s", START.as_secs());
            sleep(Duration::from_millis(100)).await;
        }
        Ok(gateway)
    }

    /// The whole answer, head and body.
    async fn get(&self, path: &str) -> anyhow::Result<String> {
        let answer = async {
            let mut stream = TcpStream::connect(self.address).await?;
            let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address);
            stream.write_all(request.as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            Ok(answer)
        };
        timeout(ANSWER, answer).await.with_context(|| format!("{path} was not answered in time"))?
    }

    /// The value of one of its own metrics.
    pub(crate) async fn metric(&self, name: &str) -> anyhow::Result<f64> {
        let text = self.get("/metrics").await?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("sightline_gateway_")?.strip_prefix(name)?.strip_prefix(' '));
        let value = line.with_context(|| format!("/metrics has no sightline_gateway_{name}"))?;
        value.trim().parse().with_context(|| format!("sightline_gateway_{name} is `{value}`"))
    }

    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        usage(&self.pid.to_string())
    }
}

/// Of a process: its id, or `self`.
pub(crate) fn usage(process: &str) -> anyhow::Result<Usage> {
    let read = |file: &str| {
        let path = format!("/proc/{process}/{file}");
        fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))
    };
    let stat = read("stat")?;
    // The name, in brackets, may have spaces; after it the state is the first field and user time the twelfth.
    let Some((_, fields)) = stat.rsplit_once(") ") else { bail!("/proc/{process}/stat is `{stat}`") };
    let ticks = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>();
    let status = read("status")?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    let resident = resident.with_context(|| format!("/proc/{process}/status has no VmRSS"))?;
    Ok(Usage {
        at: Instant::now(),
        cpu: ticks / rustix::param::clock_ticks_per_second() as f64,
        memory: resident.trim().parse::<f64>()? * 1024.0,
    })
}

impl Usage {
    /// Percent of one core between the two.
    pub(crate) fn percent_since(&self, before: &Self) -> f64 {
        100.0 * (self.cpu - before.cpu) / (self.at - before.at).as_secs_f64()
    }
}
