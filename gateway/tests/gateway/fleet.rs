//! What is said of the whole fleet: the overview, the list of servers and the map.

use crate::fake::{Fake, Mode};
use crate::gateway::{self, Gateway};

#[tokio::test]
async fn overview_sums_what_is_fresh() {
    let (_fake, gateway) = gateway::settled().await;
    insta::assert_snapshot!(gateway.answer("/api/v1/overview").await, @r#"
    200 OK
    {
      "age_seconds": "<number>",
      "alerts": {
        "firing": 1,
        "pending": 1
      },
      "at": 1795216105.0,
      "cpu": {
        "cores": 4.0,
        "used_ratio": 0.25
      },
      "disk": {
        "read_bytes_per_second": 512.0,
        "written_bytes_per_second": null
      },
      "distribution": {
        "cpu_ratio": [
          0,
          0,
          1,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        ],
        "filesystem_ratio": [
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          1,
          0
        ],
        "memory_ratio": [
          0,
          0,
          0,
          0,
          0,
          0,
          1,
          0,
          0,
          0
        ]
      },
      "error": null,
      "filesystem": {
        "size_bytes": 100.0,
        "used_bytes": 80.0
      },
      "gpu": null,
      "interval_seconds": 0.2,
      "memory": {
        "total_bytes": 1000.0,
        "used_bytes": 600.0
      },
      "network": {
        "receive_bytes_per_second": 2048.5,
        "transmit_bytes_per_second": null
      },
      "servers": {
        "down": 1,
        "stale": 1,
        "total": 3,
        "up": 1
      },
      "stale": false,
      "warnings": [],
      "worst": {
        "cpu": [
          {
            "id": "web-1:9100",
            "name": "web-1",
            "value": 0.25
          }
        ],
        "filesystem": [
          {
            "id": "web-1:9100",
            "name": "web-1",
            "value": 0.84
          }
        ],
        "gpu_temperature": [],
        "memory": [
          {
            "id": "web-1:9100",
            "name": "web-1",
            "value": 0.6
          }
        ]
      }
    }
    "#);
}

#[tokio::test]
async fn servers_are_listed_with_the_worst_first() {
    let (_fake, gateway) = gateway::settled().await;
    insta::assert_snapshot!(gateway.answer("/api/v1/servers").await, @r#"
    200 OK
    {
      "age_seconds": "<number>",
      "at": 1795216105.0,
      "interval_seconds": 0.2,
      "limit": 100,
      "matched": 3,
      "offset": 0,
      "servers": [
        {
          "alerts": {
            "firing": 1,
            "pending": 0
          },
          "cores": null,
          "cpu_ratio": null,
          "disk_read_bytes_per_second": null,
          "disk_written_bytes_per_second": null,
          "extra": {},
          "filesystem": null,
          "gpu": null,
          "id": "web-2:9100",
          "instance": "web-2:9100",
          "job": "node",
          "labels": {
            "rack": "r1"
          },
          "load1": null,
          "load15": null,
          "load5": null,
          "memory_total_bytes": null,
          "memory_used_bytes": null,
          "name": "web-2",
          "network_receive_bytes_per_second": null,
          "network_transmit_bytes_per_second": null,
          "sampled_at": 1795216104.5,
          "status": "down",
          "status_reason": "Get \"http://web-2:9100/metrics\": dial tcp: connection refused",
          "status_since": 1795215805.0,
          "swap_total_bytes": null,
          "swap_used_bytes": null,
          "temperature_celsius": null,
          "uptime_seconds": null
        },
        {
          "alerts": {
            "firing": 0,
            "pending": 1
          },
          "cores": null,
          "cpu_ratio": 0.95,
          "disk_read_bytes_per_second": null,
          "disk_written_bytes_per_second": null,
          "extra": {},
          "filesystem": null,
          "gpu": {
            "count": 2,
            "memory_total_bytes": 4294967296.0,
            "memory_used_bytes": 1073741824.0,
            "power_watts": 700.5,
            "temperature_celsius": 71.0,
            "utilization_ratio": 1.0,
            "warnings": [
              {
                "gpu": "9",
                "kind": "ecc_uncorrected",
                "meaning": null,
                "since": null,
                "value": 2.0
              },
              {
                "gpu": "9",
                "kind": "xid",
                "meaning": "The GPU has fallen off the bus.",
                "since": 1795216000.0,
                "value": 79.0
              },
              {
                "gpu": "10",
                "kind": "power_capped",
                "meaning": null,
                "since": null,
                "value": 0.75
              }
            ]
          },
          "id": "gpu-1:9100",
          "instance": "gpu-1:9100",
          "job": "node",
          "labels": {},
          "load1": null,
          "load15": null,
          "load5": null,
          "memory_total_bytes": null,
          "memory_used_bytes": null,
          "name": "gpu-1",
          "network_receive_bytes_per_second": null,
          "network_transmit_bytes_per_second": null,
          "sampled_at": 1795216045.0,
          "status": "stale",
          "status_reason": "no sample for 60 s; it is scraped every 5 s",
          "status_since": 1795216045.0,
          "swap_total_bytes": null,
          "swap_used_bytes": null,
          "temperature_celsius": null,
          "uptime_seconds": null
        },
        {
          "alerts": {
            "firing": 0,
            "pending": 0
          },
          "cores": 4.0,
          "cpu_ratio": 0.25,
          "disk_read_bytes_per_second": 512.0,
          "disk_written_bytes_per_second": null,
          "extra": {},
          "filesystem": {
            "available_bytes": 15.0,
            "device": "/dev/sda1",
            "mountpoint": "/",
            "size_bytes": 100.0,
            "used_ratio": 0.84
          },
          "gpu": null,
          "id": "web-1:9100",
          "instance": "web-1:9100",
          "job": "node",
          "labels": {
            "rack": "r1"
          },
          "load1": 0.5,
          "load15": null,
          "load5": null,
          "memory_total_bytes": 1000.0,
          "memory_used_bytes": 600.0,
          "name": "web-1",
          "network_receive_bytes_per_second": 2048.5,
          "network_transmit_bytes_per_second": null,
          "sampled_at": 1795216103.5,
          "status": "up",
          "status_reason": null,
          "status_since": null,
          "swap_total_bytes": null,
          "swap_used_bytes": null,
          "temperature_celsius": 48.0,
          "uptime_seconds": 3600.0
        }
      ],
      "stale": false,
      "total": 3
    }
    "#);
}

#[tokio::test]
async fn servers_are_filtered_sorted_and_paged() {
    let (_fake, gateway) = gateway::settled().await;
    let mut pages = String::new();
    for query in [
        "sort=name",
        "sort=-name",
        "sort=cpu",
        "sort=-cpu",
        "filter=status:down",
        "filter=rack:r1",
        "filter=!web",
        "filter=WEB+cpu%3E0.2",
        "filter=gpu.temperature%3E%3D71",
        "filter=gpus%3E%3D1",
        "filter=cpu%3C0.3",
        "filter=alerts%3E0",
        "sort=alerts",
        "limit=1&offset=1",
        "offset=9",
    ] {
        let page = gateway.json(&format!("/api/v1/servers?{query}")).await;
        let names: Vec<_> = page["servers"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        pages += &format!("{query}: {} of {}, {} match\n", names.join(" "), page["total"], page["matched"]);
    }
    insta::assert_snapshot!(pages, @r"
    sort=name: gpu-1 web-1 web-2 of 3, 3 match
    sort=-name: web-2 web-1 gpu-1 of 3, 3 match
    sort=cpu: web-1 gpu-1 web-2 of 3, 3 match
    sort=-cpu: gpu-1 web-1 web-2 of 3, 3 match
    filter=status:down: web-2 of 3, 1 match
    filter=rack:r1: web-2 web-1 of 3, 2 match
    filter=!web: gpu-1 of 3, 1 match
    filter=WEB+cpu%3E0.2: web-1 of 3, 1 match
    filter=gpu.temperature%3E%3D71: gpu-1 of 3, 1 match
    filter=gpus%3E%3D1: gpu-1 of 3, 1 match
    filter=cpu%3C0.3: web-1 of 3, 1 match
    filter=alerts%3E0: web-2 of 3, 1 match
    sort=alerts: web-1 gpu-1 web-2 of 3, 3 match
    limit=1&offset=1: gpu-1 of 3, 3 match
    offset=9:  of 3, 3 match
    ");
}

#[tokio::test]
async fn pages_side_by_side_are_the_whole_list() {
    let fake = Fake::start(Mode::Good, 40).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    let ids = async |query: String| {
        let list = gateway.json(&format!("/api/v1/servers?{query}")).await;
        let rows = list["servers"].as_array().unwrap().clone();
        rows.into_iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
    };
    for sort in ["name", "-name", "-cpu", "status", "-severity", "uptime"] {
        let all = ids(format!("sort={sort}&limit=1000")).await;
        assert_eq!(all.len(), 43);
        let mut pages = Vec::new();
        for offset in (0..50).step_by(7) {
            pages.extend(ids(format!("sort={sort}&offset={offset}&limit=7")).await);
        }
        assert_eq!(pages, all, "{sort}");
    }
}

#[tokio::test]
async fn the_map_has_every_server_as_a_level() {
    let (_fake, gateway) = gateway::settled().await;
    let map = gateway.json("/api/v1/map?by=cpu&group=rack").await;
    let servers = &map["servers"];
    assert_eq!(servers["names"], serde_json::json!(["gpu-1", "web-1", "web-2"]));
    let rows = gateway.json("/api/v1/servers?sort=name").await;
    let levels: Vec<i64> = rows["servers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["cpu_ratio"].as_f64().map_or(-1, |ratio| (ratio * 99.0).round() as i64))
        .collect();
    assert_eq!(map["levels"], serde_json::json!(levels));
    assert!(levels.contains(&-1) && levels.iter().any(|level| *level > 0), "{levels:?}");
    assert_eq!(map["status"], serde_json::json!({ "stale": [0], "down": [2] }));
    assert_eq!((map["low"].as_f64(), map["high"].as_f64(), &map["unit"]), (Some(0.0), Some(1.0), &"ratio".into()));
    insta::assert_snapshot!(format!("{}\n{}\n{}", servers["ids"], servers["group_of"], map["groups"]), @r#"
    ["gpu-1:9100","web-1:9100","web-2:9100"]
    [0,1,1]
    [{"count":1,"maximum":0.95,"mean":0.95,"minimum":0.95,"name":"","p95":0.95,"worst_status":"stale"},{"count":2,"maximum":0.25,"mean":0.25,"minimum":0.25,"name":"r1","p95":0.25,"worst_status":"down"}]
    "#);

    let some = gateway.json("/api/v1/map?group=rack&filter=rack:r1+!status:down").await;
    assert_eq!(some["servers"]["ids"], serde_json::json!(["web-1:9100"]));
    assert_eq!((&some["groups"][0]["count"], &some["status"]["down"]), (&1.into(), &serde_json::json!([])));

    let other = gateway.json("/api/v1/map?by=uptime").await;
    assert_eq!((&other["group"], &other["groups"]), (&serde_json::Value::Null, &serde_json::json!([])));
    assert_ne!(other["generation"], map["generation"], "groups are part of what the generation stands for");
    assert_eq!(gateway.get("/api/v1/map?by=colour").await.status(), 400);
}
