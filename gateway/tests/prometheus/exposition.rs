//! A target with every family that the gateway asks about; its counters count.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

pub(crate) async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let started = Instant::now();
    let router = Router::new().route("/metrics", get(move || async move { text(started.elapsed().as_secs_f64()) }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

const GAUGES: &str = r#"
node_uname_info{nodename="web-1",release="6.1.0",machine="x86_64",sysname="Linux"} 1
node_os_info{pretty_name="Debian GNU/Linux 12 (bookworm)"} 1
node_cpu_info{cpu="0",model_name="EPYC"} 1
node_load1 0.5
node_load5 0.4
node_load15 0.3
node_memory_MemTotal_bytes 1000
node_memory_MemAvailable_bytes 400
node_memory_MemFree_bytes 100
node_memory_Buffers_bytes 50
node_memory_Cached_bytes 250
node_memory_SwapTotal_bytes 100
node_memory_SwapFree_bytes 90
node_procs_running 2
node_procs_blocked 1
node_sockstat_TCP_inuse 7
node_sockstat_TCP_tw 2
node_sockstat_UDP_inuse 3
node_filefd_allocated 1000
node_filefd_maximum 9.223372036854776e+18
node_boot_time_seconds 1700000000
node_time_seconds 1700003600
node_filesystem_size_bytes{device="/dev/sda1",mountpoint="/",fstype="ext4"} 100
node_filesystem_free_bytes{device="/dev/sda1",mountpoint="/",fstype="ext4"} 20
node_filesystem_avail_bytes{device="/dev/sda1",mountpoint="/",fstype="ext4"} 15
node_filesystem_size_bytes{device="tmpfs",mountpoint="/run",fstype="tmpfs"} 100
node_filesystem_free_bytes{device="tmpfs",mountpoint="/run",fstype="tmpfs"} 0
node_filesystem_avail_bytes{device="tmpfs",mountpoint="/run",fstype="tmpfs"} 0
node_filesystem_files{device="/dev/sda1",mountpoint="/",fstype="ext4"} 1000
node_filesystem_files_free{device="/dev/sda1",mountpoint="/",fstype="ext4"} 900
node_filesystem_readonly{device="/dev/sda1",mountpoint="/",fstype="ext4"} 0
node_filesystem_device_error{device="/dev/sda1",mountpoint="/",fstype="ext4"} 0
node_network_up{device="eth0"} 1
node_network_info{device="eth0",operstate="up"} 1
node_network_speed_bytes{device="eth0"} 125000000
node_disk_info{device="sda",model="x"} 1
node_hwmon_temp_celsius{chip="coretemp",sensor="temp1"} 48
node_hwmon_sensor_label{chip="coretemp",sensor="temp1",label="Package"} 1
node_thermal_zone_temp{type="acpitz",zone="0"} 40
DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 80
DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 1024
DCGM_FI_DEV_FB_FREE{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 2048
DCGM_FI_DEV_FB_RESERVED{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 1024
DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 60
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 300
DCGM_FI_DEV_POWER_MGMT_LIMIT{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 700
DCGM_FI_DEV_ROW_REMAP_FAILURE{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 1
DCGM_FI_DEV_ROW_REMAP_PENDING{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 1
DCGM_FI_DEV_XID_ERRORS{gpu="0",UUID="GPU-told-by-dcgm-alone",modelName="H200",Hostname="web-1"} 79
DCGM_FI_DEV_MEM_COPY_UTIL{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 30
DCGM_FI_DEV_MEMORY_TEMP{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 70
DCGM_FI_DEV_SM_CLOCK{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 1700
DCGM_FI_DEV_MEM_CLOCK{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 2600
DCGM_FI_DEV_ECC_SBE_VOL_TOTAL{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 3
DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 0
DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 0.8
DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 0.4
DCGM_FI_PROF_DRAM_ACTIVE{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 0.3
DCGM_FI_PROF_PCIE_TX_BYTES{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 1000
DCGM_FI_PROF_PCIE_RX_BYTES{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 1000
DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL{gpu="0",UUID="GPU-a",modelName="H200",Hostname="web-1"} 12
sightline_gpu_power_limit_watts{gpu="0",UUID="GPU-a",modelName="H200"} 700
sightline_gpu_mig_instances{gpu="0",UUID="GPU-a",modelName="H200"} 0
sightline_gpu_process_memory_bytes{gpu="0",UUID="GPU-a",modelName="H200",pid="4711",name="python3"} 1024
sightline_gpu_process_utilization_ratio{gpu="0",UUID="GPU-a",modelName="H200",pid="4711",name="python3"} 0.5
sightline_gpu_expected 3
sightline_gpu_up{gpu="0",UUID="GPU-a",modelName="H200"} 1
sightline_gpu_up{pci_bus_id="00000000:3B:00.0"} 0
sightline_gpu_xid_errors_total{gpu="0",UUID="GPU-a",modelName="H200",xid="31"} 2
sightline_gpu_xid_last_timestamp_seconds{gpu="0",UUID="GPU-a",modelName="H200",xid="31"} 9e9
sightline_gpu_ecc_errors_total{gpu="0",UUID="GPU-a",modelName="H200",type="uncorrected",counter="volatile"} 1
"#;

/// Counters with what they grow by in a second.
const COUNTERS: &[(&str, f64)] = &[
    (r#"sightline_gpu_clock_event_seconds_total{gpu="0",UUID="GPU-a",modelName="H200",reason="sw_power_cap"}"#, 0.9),
    (
        r#"sightline_gpu_clock_event_seconds_total{gpu="0",UUID="GPU-a",modelName="H200",reason="sw_thermal_slowdown"}"#,
        0.5,
    ),
    (
        r#"sightline_gpu_clock_event_seconds_total{gpu="0",UUID="GPU-a",modelName="H200",reason="hw_power_brake_slowdown"}"#,
        0.2,
    ),
    (r#"node_cpu_seconds_total{cpu="0",mode="idle"}"#, 0.5),
    (r#"node_cpu_seconds_total{cpu="0",mode="user"}"#, 0.5),
    (r#"node_cpu_seconds_total{cpu="1",mode="idle"}"#, 0.7),
    (r#"node_cpu_seconds_total{cpu="1",mode="user"}"#, 0.3),
    (r#"node_disk_read_bytes_total{device="sda"}"#, 1_000.0),
    (r#"node_disk_written_bytes_total{device="sda"}"#, 2_000.0),
    (r#"node_disk_written_bytes_total{device="dm-0"}"#, 2_000.0),
    (r#"node_disk_reads_completed_total{device="sda"}"#, 10.0),
    (r#"node_disk_writes_completed_total{device="sda"}"#, 20.0),
    (r#"node_disk_read_time_seconds_total{device="sda"}"#, 0.01),
    (r#"node_disk_write_time_seconds_total{device="sda"}"#, 0.04),
    (r#"node_disk_io_time_seconds_total{device="sda"}"#, 0.1),
    (r#"node_network_receive_bytes_total{device="eth0"}"#, 5_000.0),
    (r#"node_network_receive_bytes_total{device="lo"}"#, 9_000.0),
    (r#"node_network_transmit_bytes_total{device="eth0"}"#, 6_000.0),
    (r#"node_network_receive_errs_total{device="eth0"}"#, 1.0),
    (r#"node_network_transmit_errs_total{device="eth0"}"#, 1.0),
    (r#"node_network_receive_drop_total{device="eth0"}"#, 1.0),
    (r#"node_network_transmit_drop_total{device="eth0"}"#, 1.0),
    ("node_pressure_cpu_waiting_seconds_total", 0.2),
    ("node_pressure_memory_waiting_seconds_total", 0.1),
    ("node_pressure_memory_stalled_seconds_total", 0.1),
    ("node_pressure_io_waiting_seconds_total", 0.1),
    ("node_pressure_io_stalled_seconds_total", 0.1),
];

fn text(seconds: f64) -> String {
    let counters = COUNTERS.iter().map(|(series, rate)| format!("{series} {}\n", 100.0 + rate * seconds));
    GAUGES.trim_start().to_owned() + &counters.collect::<String>()
}
