//! What each resource answers.

use crate::fake::{Fake, Mode};
use crate::gateway::Gateway;

async fn gateway() -> (Fake, Gateway) {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    (fake, gateway)
}

#[tokio::test]
async fn overview_sums_what_is_fresh() {
    let (_fake, gateway) = gateway().await;
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
    let (_fake, gateway) = gateway().await;
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
    let (_fake, gateway) = gateway().await;
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
async fn the_map_has_every_server_as_a_level() {
    let (_fake, gateway) = gateway().await;
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

#[tokio::test]
async fn one_server_has_everything() {
    let (_fake, gateway) = gateway().await;
    insta::assert_snapshot!(gateway.answer("/api/v1/servers/web-1:9100").await, @r#"
    200 OK
    {
      "age_seconds": "<number>",
      "alerts": [],
      "at": 1795216105.0,
      "cpu": {
        "modes": {
          "idle": 0.75,
          "user": 0.25
        },
        "per_core": [
          0.5,
          null,
          0.0
        ]
      },
      "details_error": null,
      "disks": [
        {
          "busy_ratio": null,
          "device": "sda",
          "read_bytes_per_second": 512.0,
          "reads_per_second": null,
          "writes_per_second": null,
          "written_bytes_per_second": null
        }
      ],
      "filesystems": [
        {
          "available_bytes": 15.0,
          "device": "/dev/sda1",
          "device_error": null,
          "fstype": "ext4",
          "inodes_used_ratio": null,
          "mountpoint": "/",
          "read_only": false,
          "size_bytes": 100.0,
          "used_ratio": 0.8421052631578947
        }
      ],
      "gpu_processes": [],
      "gpus": [],
      "interval_seconds": 0.2,
      "memory": {
        "available_bytes": 400.0,
        "buffers_bytes": null,
        "cached_bytes": null,
        "free_bytes": null,
        "swap_free_bytes": null,
        "swap_total_bytes": null,
        "total_bytes": 1000.0
      },
      "networks": [
        {
          "device": "eth0",
          "drops_per_second": null,
          "errors_per_second": 0.75,
          "receive_bytes_per_second": null,
          "speed_bytes_per_second": null,
          "transmit_bytes_per_second": null,
          "up": true
        },
        {
          "device": "lo",
          "drops_per_second": null,
          "errors_per_second": null,
          "receive_bytes_per_second": null,
          "speed_bytes_per_second": null,
          "transmit_bytes_per_second": null,
          "up": null
        }
      ],
      "pressure": {
        "cpu_some_ratio": null,
        "io_full_ratio": null,
        "io_some_ratio": 0.125,
        "memory_full_ratio": null,
        "memory_some_ratio": null
      },
      "sensors": [
        {
          "chip": "coretemp",
          "label": "Package",
          "sensor": "temp1",
          "temperature_celsius": 48.0
        }
      ],
      "server": {
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
      },
      "stale": false,
      "system": {
        "architecture": "x86_64",
        "boot_time": null,
        "cpu_model": "EPYC",
        "hostname": "web-1",
        "kernel": "6.1.0",
        "os": "Debian GNU/Linux 12 (bookworm)"
      }
    }
    "#);
    let gpus = gateway.json("/api/v1/servers/gpu-1%3A9100").await["gpus"].take();
    assert_eq!(fields(&gpus[0], &["gpu", "uuid", "name"]), serde_json::json!(["9", "GPU-a", "H200"]));
    let memory = fields(&gpus[0], &["utilization_ratio", "memory_used_bytes", "memory_total_bytes", "power_watts"]);
    assert_eq!(memory, serde_json::json!([0.5, 1_073_741_824.0, 4_294_967_296.0, null]));
    assert_eq!(gpus[0]["warnings"][0]["kind"], "ecc_uncorrected");
    assert_eq!(fields(&gpus[1], &["gpu", "name", "temperature_celsius"]), serde_json::json!(["10", null, null]));
}

fn fields(object: &serde_json::Value, names: &[&str]) -> serde_json::Value {
    names.iter().map(|&name| object[name].clone()).collect()
}

#[tokio::test]
async fn gpus_of_all_servers_are_filtered_sorted_grouped_and_paged() {
    let (fake, gateway) = gateway().await;
    let mut pages = String::new();
    for query in [
        "",
        "sort=-utilization",
        "sort=temperature",
        "filter=xid%3D79",
        "filter=far",
        "filter=model:h2+utilization%3C0.7",
        "filter=warnings%3E0&limit=1&offset=1",
        "group=mig&of=1g.10gb",
    ] {
        let page = gateway.json(&format!("/api/v1/gpus?{query}")).await;
        let gpus = page["gpus"].as_array().unwrap().iter();
        let names: Vec<_> = gpus.map(|it| format!("{}/{}", it["server_name"], it["gpu"]).replace('"', "")).collect();
        pages += &format!("{query}: {} of {}, {} match\n", names.join(" "), page["total"], page["matched"]);
    }
    insta::assert_snapshot!(pages, @r"
    : gpu-1/9 gpu-1/10 far-1/0 of 3, 3 match
    sort=-utilization: gpu-1/10 gpu-1/9 far-1/0 of 3, 3 match
    sort=temperature: gpu-1/9 far-1/0 gpu-1/10 of 3, 3 match
    filter=xid%3D79: gpu-1/9 of 3, 1 match
    filter=far: far-1/0 of 3, 1 match
    filter=model:h2+utilization%3C0.7: gpu-1/9 of 3, 1 match
    filter=warnings%3E0&limit=1&offset=1: gpu-1/10 of 3, 2 match
    group=mig&of=1g.10gb: far-1/0 of 3, 1 match
    ");

    let page = gateway.json("/api/v1/gpus?group=model").await;
    let groups: Vec<_> =
        page["groups"].as_array().unwrap().iter().map(|it| fields(it, &["name", "count", "instances"])).collect();
    assert_eq!(serde_json::json!(groups), serde_json::json!([["A100", 0, 1], ["H200", 2, 0]]));
    let summary = fields(
        &page["summary"],
        &["busiest_ratio", "utilization_ratio", "temperature_celsius", "power_watts", "warned"],
    );
    assert_eq!(summary, serde_json::json!([1.0, 0.8, 71.0, null, 2]));
    // The server's own exporter comes before dcgm-exporter's job; a host that is no server has no id.
    let (first, last) = (&page["gpus"][0], &page["gpus"][2]);
    assert_eq!(
        fields(first, &["server", "status", "utilization_ratio"]),
        serde_json::json!(["gpu-1:9100", "stale", 0.6])
    );
    assert_eq!(fields(&first["xid"], &["code", "at"]), serde_json::json!([79, 1_795_216_000.0]));
    assert_eq!(fields(last, &["server", "status", "mig_profile"]), serde_json::json!([null, null, "1g.10gb"]));
    assert_eq!(page["gpus"][1]["held_back"], serde_json::json!([{ "reason": "sw_power_cap", "ratio": 0.75 }]));

    let asked = fake.take_asked();
    let about_gpus = asked.iter().filter(|it| it.contains("gpu_held_back") && !it.contains("node_os_info")).count();
    assert!((1..=3).contains(&about_gpus), "ten pages of a few ticks asked {about_gpus} times");
    assert_eq!(gateway.get("/api/v1/gpus?sort=colour").await.status(), 400);
}

#[tokio::test]
async fn alerts_name_their_server() {
    let (_fake, gateway) = gateway().await;
    insta::assert_snapshot!(gateway.answer("/api/v1/alerts").await, @r#"
    200 OK
    {
      "age_seconds": "<number>",
      "alerts": [
        {
          "annotations": {
            "summary": "web-2:9100 is down"
          },
          "expression": "up == 0",
          "labels": {
            "alertname": "InstanceDown",
            "instance": "web-2:9100",
            "job": "node",
            "severity": "critical"
          },
          "name": "InstanceDown",
          "server": "web-2:9100",
          "severity": "critical",
          "since": 1795215805.0,
          "state": "firing",
          "value": 0.0
        },
        {
          "annotations": {},
          "expression": "instance:node_cpu_utilization:ratio > 0.9",
          "labels": {
            "alertname": "CpuBusy",
            "instance": "gpu-1:9100",
            "job": "node",
            "severity": "warning"
          },
          "name": "CpuBusy",
          "server": "gpu-1:9100",
          "severity": "warning",
          "since": 1795216045.0,
          "state": "pending",
          "value": 0.95
        }
      ],
      "at": 1795216105.0,
      "stale": false
    }
    "#);
}

#[tokio::test]
async fn a_panel_is_a_grid_with_gaps() {
    let (fake, gateway) = gateway().await;
    let path = "/api/v1/servers/web-1:9100/panels/cpu?start=100&end=125&step=10s";
    insta::assert_snapshot!(gateway.answer(path).await, @r#"
    200 OK
    {
      "end": 125.0,
      "expression": "sum by (mode) (rate(node_cpu_seconds_total{instance=\"web-1:9100\",job=\"node\",mode!=\"idle\"}[30000ms])) / scalar(sum (rate(node_cpu_seconds_total{instance=\"web-1:9100\",job=\"node\"}[30000ms])))",
      "panel": "cpu",
      "series": [
        {
          "labels": {
            "mode": "system"
          },
          "name": "system",
          "values": [
            null,
            0.125,
            null
          ]
        },
        {
          "labels": {
            "mode": "user"
          },
          "name": "user",
          "values": [
            0.25,
            0.5,
            null
          ]
        }
      ],
      "server": "web-1:9100",
      "start": 100.0,
      "step": 10.0,
      "warnings": [
        "one store is away"
      ]
    }
    "#);
    fake.take_asked();
    gateway.answer(path).await;
    let asked = fake.take_asked();
    assert!(
        !asked.iter().any(|it| it.starts_with("/api/v1/query_range")),
        "a remembered panel is asked again: {asked:?}"
    );
}

#[tokio::test]
async fn a_panel_is_asked_once_however_many_want_it() {
    let (fake, gateway) = gateway().await;
    fake.take_asked();
    let path = "/api/v1/servers/web-1:9100/panels/load?start=100&end=125&step=5";
    let answers = futures_util::future::join_all((0..20).map(|_| gateway.get(path))).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    let asked = fake.take_asked().iter().filter(|it| it.starts_with("/api/v1/query_range")).count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn the_catalogue_has_every_panel_of_the_contract() {
    let (_fake, gateway) = gateway().await;
    let catalogue = gateway.json("/api/v1/panels").await;
    let ids: Vec<_> = catalogue["panels"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    insta::assert_snapshot!(ids.join(" "), @"cpu cpu_cores load pressure memory swap disk_throughput disk_iops disk_busy disk_latency filesystem filesystem_growth network network_utilization network_errors processes sockets file_descriptors temperature gpu_utilization gpu_tensor gpu_memory gpu_memory_activity gpu_temperature gpu_power gpu_clocks gpu_held_back gpu_pcie gpu_nvlink gpu_errors");
}

#[tokio::test]
async fn health_names_each_dependency() {
    let (_fake, gateway) = gateway().await;
    insta::assert_snapshot!(gateway.answer("/api/health").await, @r#"
    200 OK
    {
      "at": "<now>",
      "dependencies": [
        {
          "error": null,
          "latency_seconds": "<number>",
          "name": "prometheus",
          "since": "<now>",
          "status": "up"
        }
      ],
      "snapshot": {
        "age_seconds": "<number>",
        "at": 1795216105.0,
        "servers": 3,
        "stale": false
      },
      "started_at": "<number>",
      "status": "ok",
      "version": "0.1.0"
    }
    "#);
    insta::assert_snapshot!(gateway.answer("/-/healthy").await, @r"
    200 OK
    the gateway is healthy
    ");
    insta::assert_snapshot!(gateway.answer("/-/ready").await, @r"
    200 OK
    the gateway is ready
    ");
}

#[tokio::test]
async fn the_contract_is_served_and_can_be_tried() {
    let (_fake, gateway) = gateway().await;
    let served = gateway.get("/api/openapi.json").await.text().await.unwrap();
    assert_eq!(served, include_str!("../../openapi.json"));
    for path in ["/api/docs", "/api/docs/docs.js", "/api/docs/docs.css"] {
        assert_eq!(gateway.get(path).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn own_metrics_count_what_was_asked() {
    let (_fake, gateway) = gateway().await;
    gateway.get("/api/v1/overview").await;
    let metrics = gateway.get("/metrics").await.text().await.unwrap();
    for line in [
        r#"sightline_gateway_http_requests_total{route="/api/v1/overview",method="GET",code="200"} 1"#,
        r#"sightline_gateway_servers{status="down"} 1"#,
        "sightline_gateway_live_connections 0",
        r#"sightline_gateway_upstream_queries_total{query="discovery",outcome="ok"} 1"#,
        "# EOF",
    ] {
        assert!(metrics.contains(line), "no `{line}` in\n{metrics}");
    }
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
