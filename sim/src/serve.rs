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
    use crate::fleet::fleet;

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
