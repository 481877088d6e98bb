//! The limit of the cache is what the process takes, not a number it believes in.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::gateway::{Reply, http_client};
use crate::support::prometheus::{Prometheus, free_port, wait_until_ready};
use crate::support::samples::{DENSE_END, DENSE_START};

const LIMIT_MIB: u64 = 24;
/// What the allocator may hold besides: answers on their way, and gaps between what is kept. Seen are up to 25; without a limit
/// the process would grow by all that is asked for, four times the limit and more.
const ROOM_MIB: u64 = 40;

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Program {
    fn resident_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_ascii_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

#[tokio::test]
async fn the_process_stays_within_the_limit_of_its_cache() {
    let prometheus = Prometheus::start().await;
    let port = free_port();
    let program = Program(
        Command::new(env!("CARGO_BIN_EXE_sightline-gateway"))
            .env("SIGHTLINE_LISTEN", format!("127.0.0.1:{port}"))
            .env("SIGHTLINE_PROMETHEUS_URL", &prometheus.url)
            .env("SIGHTLINE_CACHE_BYTES", format!("{LIMIT_MIB}MiB"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    wait_until_ready(&format!("http://127.0.0.1:{port}/-/healthy")).await;
    let client = http_client();
    let ask = |i: usize| {
        let path = format!("query_range?query=temperature%2B{i}&start={DENSE_START}&end={DENSE_END}&step=15");
        Reply::of(client.get(format!("http://127.0.0.1:{port}/prometheus/api/v1/{path}")))
    };
    assert_eq!(ask(0).await.status, 200);
    let before = program.resident_mib();
    let mut asked = 0;
    for i in 1..250 {
        asked += ask(i).await.body.len();
    }
    assert!(asked as u64 > 4 * (LIMIT_MIB << 20), "{asked} bytes are too few to fill it");
    let grown = program.resident_mib().saturating_sub(before);
    assert!(grown <= LIMIT_MIB + ROOM_MIB, "{grown} MiB more for a cache of {LIMIT_MIB} MiB");
    // And it is used: the newest question is in there, once it has been taken apart.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(ask(249).await.from(), "hit");
}
