//! What is said of one server.

use crate::gateway;

#[tokio::test]
async fn one_server_has_everything() {
    let (_fake, gateway) = gateway::settled().await;
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
