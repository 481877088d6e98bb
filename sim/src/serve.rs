//! The fleet over HTTP: a page of targets for Prometheus (`http_sd`) and a path for each server.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;

use crate::fleet::{Kind, Server};
use crate::template::{Families, Template};

/// Everything that is served.
pub(crate) struct Fleet {
    servers: Vec<Server>,
    by_name: HashMap<String, usize>,
    templates: [Template; 4],
}

impl Fleet {
    /// These servers, with so many families.
    pub(crate) fn new(servers: Vec<Server>, families: Families) -> Self {
        let by_name = servers.iter().enumerate().map(|(index, server)| (server.name.clone(), index)).collect();
        Self { servers, by_name, templates: Kind::ALL.map(|kind| Template::new(kind, families)) }
    }

    /// All servers.
    pub(crate) fn servers(&self) -> &[Server] {
        &self.servers
    }

    /// The template of the server's kind.
    pub(crate) fn template(&self, server: &Server) -> &Template {
        &self.templates[server.kind as usize]
    }

    /// True when the servers' series include what recording rules make of them.
    pub(crate) fn has_rules(&self) -> bool {
        self.templates.iter().any(Template::has_rules)
    }

    /// What Prometheus is to scrape, through `address`.
    fn targets(&self, address: &str) -> String {
        let targets = self.servers.iter().map(|server| {
            json!({"targets": [address], "labels": {
                "__metrics_path__": format!("/servers/{}/metrics", server.name),
                "instance": server.instance(),
                "role": server.kind.role(),
                "datacenter": server.datacenter,
                "rack": server.rack,
            }})
        });
        serde_json::Value::from(targets.collect::<Vec<_>>()).to_string()
    }
}

/// Unix seconds now.
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64()
}

struct Served {
    fleet: Arc<Fleet>,
    targets: String,
}

/// Serves the fleet without end.
pub(crate) async fn serve(fleet: Arc<Fleet>, listener: TcpListener) -> std::io::Result<()> {
    let targets = fleet.targets(&listener.local_addr()?.to_string());
    let router = Router::new()
        .route("/targets", get(targets_page))
        .route("/servers/{name}/metrics", get(metrics))
        .route("/-/healthy", get(async || "the fleet is there\n"))
        .with_state(Arc::new(Served { fleet, targets }));
    axum::serve(listener, router).await
}

async fn targets_page(State(served): State<Arc<Served>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], served.targets.clone()).into_response()
}

async fn metrics(State(served): State<Arc<Served>>, Path(name): Path<String>) -> Response {
    let Some(index) = served.fleet.by_name.get(&name) else {
        return (StatusCode::NOT_FOUND, format!("there is no server {name}; /targets lists them\n")).into_response();
    };
    let (server, at) = (&served.fleet.servers[*index], now());
    if !server.answers(at) {
        return (StatusCode::SERVICE_UNAVAILABLE, "the server is away\n").into_response();
    }
    let mut body = String::with_capacity(64 * 1024);
    served.fleet.template(server).exposition(server, at, &mut body);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::{Fate, fleet};

    fn exposition(fleet: &Fleet, index: usize, at: f64) -> String {
        let mut out = String::new();
        let server = &fleet.servers[index];
        fleet.template(server).exposition(server, at, &mut out);
        out
    }

    fn samples(text: &str) -> HashMap<&str, f64> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.rsplit_once(' ').unwrap())
            .map(|(series, value)| (series, value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn two_fleets_of_one_seed_agree_and_those_of_another_do_not() {
        let at = 1_790_000_000.25;
        let fleets = [1, 1, 2].map(|seed| Fleet::new(fleet(50, seed), Families::Full));
        for index in 0..50 {
            let [one, same, other] = fleets.each_ref().map(|fleet| exposition(fleet, index, at));
            assert_eq!(one, same);
            assert_ne!(one, other);
        }
    }

    #[test]
    fn counters_grow_until_the_reboot_and_then_begin_again() {
        let fleet = Fleet::new(fleet(1, 3), Families::Lean);
        let server = &fleet.servers[0];
        let series = "node_network_receive_bytes_total{device=\"eth0\"}";
        let value = |at| samples(&exposition(&fleet, 0, at))[series];
        let boot = server.boot(1_790_000_000.0);
        assert!(value(boot - 1.0) > value(boot + 100.0));
        assert!(value(boot + 200.0) > value(boot + 100.0));
        assert!(server.answers(boot - 1.0) && !server.answers(boot + 5.0) && server.answers(boot + 100.0));
    }

    /// Of 2,000 servers 400 have GPUs, so every fate of theirs is there.
    #[test]
    fn gpus_meet_every_fate() {
        let fleet = Fleet::new(fleet(2_000, 1), Families::Lean);
        let at = 1_790_000_000.0;
        let of = |fate: Fate, at: f64| {
            let is_it = |server: &Server| server.fate == fate && at - server.boot(at) > 7_200.0;
            let index = fleet.servers.iter().position(is_it).unwrap();
            exposition(&fleet, index, at)
        };
        let sum = |text: &str, name: &str, with: &str| {
            let found: Vec<_> =
                samples(text).into_iter().filter(|it| it.0.starts_with(name) && it.0.contains(with)).collect();
            (found.len(), found.iter().map(|it| it.1).sum::<f64>())
        };
        let busy = "DCGM_FI_DEV_GPU_UTIL";
        assert_eq!(sum(&of(Fate::IdleGpus, at), busy, ""), (2, 0.0));
        let broken = of(Fate::BrokenGpu, at);
        assert!(sum(&broken, "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", "gpu=\"0\"").1 >= 1.0);
        assert_eq!(sum(&broken, "sightline_gpu_xid_last_timestamp_seconds", "gpu=\"0\"").0, 1);
        let held = "sightline_gpu_clock_event_seconds_total";
        for (fate, reason) in [(Fate::CappedGpus, "sw_power_cap"), (Fate::HotGpus, "sw_thermal_slowdown")] {
            assert!(sum(&of(fate, at), held, reason).1 > sum(&of(fate, at - 60.0), held, reason).1, "{fate:?}");
        }

        let loses = fleet.servers.iter().find(|it| it.fate == Fate::LosesGpu).unwrap();
        let fell_off = loses.gpu_fell_off(at).unwrap();
        let shown = |at: f64| {
            let mut text = String::new();
            fleet.template(loses).exposition(loses, at, &mut text);
            (sum(&text, busy, "").0, sum(&text, "sightline_gpu_up", "").1, sum(&text, "sightline_gpu_expected", "").1)
        };
        assert_eq!(shown(fell_off + 60.0), (1, 1.0, 2.0), "a lost GPU says nothing, and is still expected");
        assert_eq!(shown(fell_off + 3_700.0), (2, 2.0, 2.0));
    }

    /// Degrees of all sensors of a server.
    fn degrees(text: &str) -> Vec<f64> {
        let is_one = |series: &str| series.starts_with("node_hwmon_temp_celsius");
        samples(text).into_iter().filter(|(series, _)| is_one(series)).map(|(_, value)| value).collect()
    }

    #[test]
    fn sensors_follow_the_load_and_gpu_servers_are_hotter_and_virtual_machines_have_none() {
        let fleet = Fleet::new(fleet(200, 1), Families::Lean);
        let at = 1_790_000_000.0;
        let hottest = |kind: Kind, at: f64| {
            let of_kind = |it: &usize| fleet.servers[*it].kind == kind;
            let degrees = (0..200).filter(of_kind).map(|it| degrees(&exposition(&fleet, it, at)));
            let hottest: Vec<_> = degrees.filter_map(|it| it.into_iter().reduce(f64::max)).collect();
            (hottest.len(), hottest.iter().sum::<f64>() / hottest.len() as f64)
        };
        assert_eq!(hottest(Kind::Web, at).0, 0);
        assert!(hottest(Kind::Ai, at).1 > hottest(Kind::Storage, at).1 + 5.0);
        let database = fleet.servers.iter().position(|it| it.kind == Kind::Database).unwrap();
        let day: Vec<_> = (0..96).map(|quarter| at + 900.0 * f64::from(quarter)).collect();
        let busy = |at: &&f64| (fleet.servers[database].busy.at(**at) * 1e6) as u64;
        let [calm, busiest] = [day.iter().min_by_key(busy), day.iter().max_by_key(busy)]
            .map(|it| degrees(&exposition(&fleet, database, *it.unwrap())));
        assert!(busiest.iter().sum::<f64>() > calm.iter().sum::<f64>(), "{calm:?} {busiest:?}");
        assert!(busiest.iter().chain(&calm).all(|it| (25.0..95.0).contains(it)), "{calm:?} {busiest:?}");
    }

    /// The recorded machine had no sensors, so theirs are held against what the exporter says of a tree of files.
    #[test]
    fn sensors_are_told_in_the_exporters_words() {
        let told = include_str!("../../exporter/tests/trees/hardware.snap");
        let headers: Vec<_> =
            include_str!("../recorded/sensors.prom").lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(headers.len(), 10);
        for header in headers {
            assert!(told.lines().any(|line| line == header), "the exporter does not say: {header}");
        }
    }

    #[test]
    fn every_series_is_there_once() {
        for families in [Families::Full, Families::Lean] {
            let fleet = Fleet::new(fleet(5, 1), families);
            for index in 0..5 {
                let text = exposition(&fleet, index, 1_790_000_000.0);
                let lines = text.lines().filter(|line| !line.starts_with('#')).count();
                assert_eq!(lines, samples(&text).len());
                assert!(samples(&text).contains_key("node_cpu_seconds_total{cpu=\"3\",mode=\"idle\"}"));
            }
        }
    }
}
