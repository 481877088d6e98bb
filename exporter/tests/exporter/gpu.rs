//! The exporter on machines with GPUs: the binary, the real wrapper, and a library that plays the driver.

use crate::support::Exporter;
use crate::support::kubelet::Kubelet;
use crate::support::nvml::{GpuMachine, value};

const TWO_A100: &str = "[[gpu]]\nkind = \"a100\"\n\n[[gpu]]\nkind = \"a100\"\n";
const H100: &str = "[[gpu]]\nkind = \"h100\"\n";
const SPLIT_H100: &str = r#"
[[gpu]]
kind = "h100"

[gpu.mig]
enabled = true

[[gpu.mig.instance]]
slot = 0
gpu_instance = 2
profile = "3g.40gb"
memory = { total = 42949672960, reserved = 268435456, used = 10737418240 }
gpm = { 1 = 80.0, 2 = 71.5, 5 = 33.0, 10 = 12.5 }

[[gpu.mig.instance]]
slot = 3
gpu_instance = 9
profile = "1g.10gb"
memory = { total = 10737418240, used = 0 }
"#;

/// GPM measures between two scrapes at least a second apart.
fn second_scrape(machine: &GpuMachine) -> String {
    machine.text();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    machine.text()
}

#[test]
fn an_a100_gives_the_recorded_text() {
    let machine = GpuMachine::start("[[gpu]]\nkind = \"a100\"\n", &[]);
    machine.list_in_driver("0000:10:00.0");
    insta::assert_snapshot!("a100", second_scrape(&machine));
}

#[test]
fn an_h100_gives_the_recorded_text() {
    let machine = GpuMachine::start(H100, &["--collector.gpu.hostname-label=hostname"]);
    insta::assert_snapshot!("h100", second_scrape(&machine));
}

#[test]
fn a_split_h100_gives_the_recorded_text() {
    let machine = GpuMachine::start(SPLIT_H100, &[]);
    insta::assert_snapshot!("h100_split", second_scrape(&machine));
}

#[test]
fn a_lost_gpu_is_down_and_comes_back() {
    let machine = GpuMachine::start(TWO_A100, &[]);
    let up = |series: &[String], gpu| value(series, &format!("sightline_gpu_up{{gpu=\"{gpu}\""));
    let power = |series: &[String], gpu| value(series, &format!("DCGM_FI_DEV_POWER_USAGE{{gpu=\"{gpu}\""));
    assert_eq!(up(&machine.series(), 1), Some(1.0));

    machine.becomes(&TWO_A100.replacen("kind", "state = \"lost\"\nkind", 1));
    let series = machine.series();
    assert_eq!((up(&series, 0), up(&series, 1)), (Some(0.0), Some(1.0)));
    assert_eq!((power(&series, 0), power(&series, 1)), (None, Some(301.25)), "missing is not zero");
    assert_eq!(value(&series, "sightline_gpu_expected"), Some(2.0));
    assert_eq!(value(&series, "node_scrape_collector_success"), Some(1.0));

    machine.becomes(TWO_A100);
    assert_eq!(up(&machine.series(), 0), Some(1.0));
}

#[test]
fn a_gpu_that_nvml_no_longer_counts_is_down() {
    let machine = GpuMachine::start(TWO_A100, &[]);
    machine.series();
    machine.becomes(&TWO_A100.replacen("kind", "state = \"gone\"\nkind", 1));
    // The other one has moved to index 0, under which the first was known.
    let series = machine.wait_for(|series| value(series, "sightline_gpu_info").is_some());
    let uuid_and_value = |line: &String| (line.contains("8000-000000000000\""), line.ends_with(" 1"));
    let up: Vec<_> = series.iter().filter(|line| line.starts_with("sightline_gpu_up")).map(uuid_and_value).collect();
    assert_eq!(up, [(true, false), (false, true)]);
    assert_eq!(value(&series, "sightline_gpu_expected"), Some(2.0));
}

#[test]
fn a_gpu_that_only_the_driver_lists_is_down() {
    let machine = GpuMachine::start(H100, &[]);
    machine.list_in_driver("0000:10:00.0");
    machine.list_in_driver("0000:af:00.0");
    let series = machine.series();
    assert_eq!(value(&series, "sightline_gpu_expected"), Some(2.0));
    assert_eq!(value(&series, "sightline_gpu_up{pci_bus_id=\"00000000:AF:00.0\"}"), Some(0.0));
}

#[test]
fn a_gpu_that_is_lost_from_the_start_is_expected() {
    let machine = GpuMachine::start(&TWO_A100.replacen("kind", "state = \"lost\"\nkind", 1), &[]);
    let series = machine.series();
    assert_eq!(value(&series, "sightline_gpu_expected"), Some(2.0), "NVML counts it, though it tells nothing of it");
    assert_eq!(value(&series, "sightline_gpu_up{gpu=\"1\""), Some(1.0));
}

#[test]
fn a_gpu_that_hangs_costs_its_own_values_only() {
    let machine = GpuMachine::start(TWO_A100, &[]);
    machine.series();
    let hanging =
        "[[gpu]]\nkind = \"a100\"\nfaults = { hang = [\"nvmlDeviceGetPowerUsage\"] }\n[[gpu]]\nkind = \"a100\"\n";
    machine.becomes(hanging);
    let threads = || std::fs::read_dir(format!("/proc/{}/task", machine.exporter().pid())).unwrap().count();
    for _ in 0..3 {
        let series = machine.series_within(1.0);
        assert_eq!(value(&series, "sightline_gpu_up{gpu=\"0\""), Some(0.0));
        assert_eq!(value(&series, "DCGM_FI_DEV_POWER_USAGE{gpu=\"1\""), Some(301.25));
        assert_eq!(value(&series, "node_scrape_collector_success"), Some(1.0));
    }
    let with_a_hang = threads();
    machine.series_within(1.0);
    assert_eq!(threads(), with_a_hang, "one call is under way, however often is asked");

    machine.becomes(TWO_A100);
    machine.wait_for(|series| value(series, "sightline_gpu_up{gpu=\"0\"") == Some(1.0));
}

#[test]
fn a_driver_that_does_not_initialise_costs_no_more_than_its_deadline() {
    let machine = GpuMachine::start(&format!("faults = {{ hang = [\"nvmlInit_v2\"] }}\n{H100}"), &[]);
    assert_eq!(machine.series_within(1.0), ["node_scrape_collector_success{collector=\"gpu\"} 0"]);
    machine.becomes(H100);
    machine.wait_for(|series| value(series, "sightline_gpu_up") == Some(1.0));
}

#[test]
fn a_symbol_that_the_driver_lacks_costs_its_metric_only() {
    let missing = ["nvmlDeviceGetMemoryInfo_v2", "nvmlDeviceGetPowerUsage", "nvmlGpmSampleFree", "nvmlEventSetFree"];
    let machine = GpuMachine::start_without_symbols(H100, &missing, &[]);
    let series = machine.series();
    assert_eq!(value(&series, "sightline_gpu_up"), Some(1.0));
    assert_eq!(value(&series, "DCGM_FI_DEV_POWER_USAGE"), None);
    assert_eq!(value(&series, "DCGM_FI_DEV_FB_RESERVED"), None, "the first version of the call does not tell");
    assert_eq!(value(&series, "DCGM_FI_DEV_FB_USED"), Some(66_091.0));
    assert_eq!(value(&series, "DCGM_FI_DEV_XID_ERRORS"), None, "nobody listens, so nothing is known");
    assert!(!series.iter().any(|line| line.starts_with("DCGM_FI_PROF_")));
}

#[test]
fn a_driver_that_is_unloaded_is_noticed_and_taken_up_again() {
    let machine = GpuMachine::start(H100, &[]);
    assert_eq!(value(&machine.series(), "sightline_gpu_up"), Some(1.0));
    let unloaded = format!("driver_loaded = false\n{H100}");
    machine.becomes(&unloaded);
    let series = machine.series();
    assert_eq!(value(&series, "sightline_gpu_up"), Some(0.0));
    assert_eq!(value(&series, "DCGM_FI_DEV_GPU_TEMP"), None);
    machine.series();
    machine.becomes(H100);
    machine.wait_for(|series| value(series, "DCGM_FI_DEV_GPU_TEMP") == Some(63.0));
}

#[test]
fn a_driver_that_was_reloaded_between_two_scrapes_is_taken_up_again() {
    let machine = GpuMachine::start(H100, &[]);
    machine.series();
    let version = |version: &str| format!("driver_version = \"{version}\"\n{H100}");
    machine.becomes(&format!("driver_loaded = false\n{H100}"));
    machine.becomes(&version("580.95.05"));
    let newer = |series: &[String]| series.iter().any(|line| line.contains("DRIVER_VERSION=\"580.95.05\""));
    machine.wait_for(newer);
}

#[test]
fn xids_are_counted_with_the_time_of_the_last() {
    let machine = GpuMachine::start(TWO_A100, &[]);
    let series = machine.wait_for(|series| value(series, "DCGM_FI_DEV_XID_ERRORS{gpu=\"1\"") == Some(0.0));
    assert!(!series.iter().any(|line| line.starts_with("sightline_gpu_xid")));
    let with =
        |xids: &str, more: &str| format!("[[gpu]]\nkind = \"a100\"\n[[gpu]]\nkind = \"a100\"\nxids = [{xids}]\n{more}");
    machine.becomes(&with("31, 31", ""));
    machine.wait_for(|series| value(series, "sightline_gpu_xid_errors_total") == Some(2.0));
    // The last that is heard of a GPU that falls off the bus.
    machine.becomes(&with("31, 31, 79", ""));
    let of = |number| {
        format!(
            "sightline_gpu_xid_errors_total{{gpu=\"1\",UUID=\"GPU-00000000-0000-4000-8000-000000000001\",pci_bus_id=\"00000000:11:00.0\",device=\"nvidia1\",modelName=\"NVIDIA A100-SXM4-40GB\",xid=\"{number}\"}}"
        )
    };
    machine.wait_for(|series| value(series, &of(79)) == Some(1.0));
    machine.becomes(&with("31, 31, 79", "state = \"lost\"\n"));
    let series = machine.series();
    assert_eq!(value(&series, &of(31)), Some(2.0), "counters stay when the GPU is lost");
    assert_eq!(value(&series, "DCGM_FI_DEV_XID_ERRORS{gpu=\"1\""), Some(79.0));
    let last = value(&series, &of(79).replace("errors_total", "last_timestamp_seconds")).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((now - 60.0..=now).contains(&last), "{last} is not just before {now}");
}

#[test]
fn mig_that_is_switched_on_shows_at_the_next_scrape() {
    let machine = GpuMachine::start(H100, &[]);
    assert_eq!(value(&machine.series(), "sightline_gpu_mig_instances"), Some(0.0));
    machine.becomes(SPLIT_H100);
    let series = machine.series();
    assert_eq!(value(&series, "sightline_gpu_mig_instances{"), Some(2.0));
    assert!(series.iter().any(|line| line.starts_with("DCGM_FI_DEV_FB_USED") && line.contains("GPU_I_ID=\"2\"")));
    machine.becomes(H100);
    assert_eq!(value(&machine.series(), "sightline_gpu_mig_instances"), Some(0.0));
}

#[test]
fn a_t4_has_what_it_has() {
    let machine = GpuMachine::start("[[gpu]]\nkind = \"t4\"\n", &[]);
    let series = machine.series();
    assert_eq!(value(&series, "DCGM_FI_DEV_POWER_USAGE"), Some(28.416));
    for absent in [
        "DCGM_FI_DEV_MEMORY_TEMP",
        "DCGM_FI_DEV_TOTAL_ENERGY",
        "DCGM_FI_DEV_NVLINK",
        "sightline_gpu_mig",
        "sightline_gpu_ecc",
        "DCGM_FI_PROF",
    ] {
        assert!(!series.iter().any(|line| line.starts_with(absent)), "{absent}");
    }
}

#[test]
fn a_fields_file_picks_the_families() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("counters.csv");
    std::fs::write(&path, "# Mine,,\nDCGM_FI_DEV_POWER_VIOLATION, counter, \"Capped, in ns.\"\n").unwrap();
    let machine = GpuMachine::start(H100, &[&format!("--collector.gpu.fields-file={}", path.display())]);
    let text = machine.text();
    let dcgm: Vec<_> = text.lines().filter(|line| line.contains("DCGM_")).collect();
    assert_eq!(
        dcgm,
        [
            "# HELP DCGM_FI_DEV_POWER_VIOLATION Capped, in ns.",
            "# TYPE DCGM_FI_DEV_POWER_VIOLATION counter",
            "DCGM_FI_DEV_POWER_VIOLATION{gpu=\"0\",UUID=\"GPU-00000000-0000-4000-8000-000000000000\",\
             pci_bus_id=\"00000000:10:00.0\",device=\"nvidia0\",modelName=\"NVIDIA H100 80GB HBM3\",\
             Hostname=\"node-1\"} 5000000000",
        ]
    );

    std::fs::write(&path, "DCGM_FI_DEV_SM_CLOCK, gauge, x\nDCGM_FI_DEV_FOO, gauge, x\n").unwrap();
    let flag = format!("--collector.gpu.fields-file={}", path.display());
    let output = crate::support::command(&[flag]).stderr(std::process::Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("line 2: there is no field `DCGM_FI_DEV_FOO`"), "{said}");
}

#[test]
fn processes_are_told_of_when_asked_for_and_no_more_than_allowed() {
    let me = std::process::id();
    let scenario = format!(
        "{H100}process = [{{ pid = 4000001, memory = 1024, sm = 5 }}, {{ pid = {me}, memory = 4096, sm = 80 }}, \
         {{ pid = 4000002, memory = 2048 }}]\n"
    );
    let quiet = GpuMachine::start(&scenario, &[]);
    assert!(!quiet.series().iter().any(|line| line.contains("process")));

    let flags = ["--collector.gpu.processes", "--collector.gpu.processes-limit=2"];
    let machine = GpuMachine::start(&scenario, &flags);
    let own = std::path::Path::new("/proc/self/comm");
    machine.put_in_proc(&format!("{me}/comm"), &std::fs::read_to_string(own).unwrap());
    let series = machine.series();
    let of = |family: &str, pid: &dyn std::fmt::Display| {
        series.iter().find(|line| line.starts_with(family) && line.contains(&format!("pid=\"{pid}\""))).cloned()
    };
    let mine = of("sightline_gpu_process_memory_bytes", &me).unwrap();
    assert!(mine.contains("name=\"") && !mine.contains("name=\"\"") && mine.ends_with(" 4096"), "{mine}");
    assert!(of("sightline_gpu_process_utilization_ratio", &me).unwrap().ends_with(" 0.8"));
    assert!(of("sightline_gpu_process_memory_bytes", &4_000_002).unwrap().ends_with(" 2048"));
    assert_eq!(of("sightline_gpu_process_memory_bytes", &4_000_001), None, "beyond the limit");
}

#[test]
fn without_a_library_the_exporter_runs_on() {
    let folder = tempfile::tempdir().unwrap();
    let flags = [
        "--collector.disable-defaults".to_owned(),
        "--collector.gpu".to_owned(),
        "--collector.gpu.nvml-library=/nonexistent/libnvidia-ml.so.1".to_owned(),
        format!("--path.procfs={}", folder.path().display()),
        format!("--path.sysfs={}", folder.path().display()),
    ];
    let exporter = Exporter::start(&flags);
    // The second time it is not looked for.
    for _ in 0..2 {
        let text = exporter.metrics();
        assert!(text.contains("node_scrape_collector_success{collector=\"gpu\"} 0\n"), "{text}");
        assert!(!text.contains("sightline_gpu_"), "{text}");
    }
}

#[test]
fn a_release_closes_nvml_where_it_is_allowed() {
    let machine = GpuMachine::start(H100, &["--collector.gpu.release"]);
    machine.series();
    let mapped = || std::fs::read_to_string(format!("/proc/{}/maps", machine.exporter().pid())).unwrap();
    assert!(mapped().contains("libnvml_fake.so"));
    let answer = machine.exporter().send("POST", "/-/gpu/release", &[]);
    assert_eq!((answer.status, answer.text()), (200, "NVML is closed for 120 s.\n"));
    assert!(!mapped().contains("libnvml_fake.so"), "the library is closed, and so are the driver's files");
    assert_eq!(machine.series(), ["node_scrape_collector_success{collector=\"gpu\"} 0"]);

    let refusing = GpuMachine::start(H100, &[]);
    assert_eq!(refusing.exporter().send("POST", "/-/gpu/release", &[]).status, 404);
}

#[test]
fn gpus_are_labelled_with_the_pod_that_was_given_them() {
    let kubelet = Kubelet::start("train-0", "ml", "worker", "GPU-00000000-0000-4000-8000-000000000001");
    let socket = format!("--collector.gpu.kubelet-socket={}", kubelet.socket().display());
    let machine = GpuMachine::start(TWO_A100, &["--collector.gpu.kubernetes", &socket]);
    let temperatures = |series: Vec<String>| -> Vec<String> {
        let of_labels = |line: String| line.split_once("DRIVER_VERSION=").map(|(_, rest)| rest.to_owned());
        series.into_iter().filter(|line| line.starts_with("DCGM_FI_DEV_GPU_TEMP")).filter_map(of_labels).collect()
    };
    let labelled = ["\"570.124.06\"} 54", "\"570.124.06\",container=\"worker\",namespace=\"ml\",pod=\"train-0\"} 54"];
    assert_eq!(temperatures(machine.series()), labelled);
    assert_eq!(temperatures(machine.series()), labelled);
    assert_eq!(kubelet.connections(), 1, "the connection is kept");

    drop(kubelet);
    assert_eq!(temperatures(machine.series()), labelled, "what was known a moment ago stands in");
}

#[test]
fn without_a_kubelet_gpus_have_no_pods_and_all_their_values() {
    let flags = ["--collector.gpu.kubernetes", "--collector.gpu.kubelet-socket=/nonexistent/kubelet.sock"];
    let machine = GpuMachine::start(H100, &flags);
    let series = machine.series();
    assert_eq!(value(&series, "DCGM_FI_DEV_GPU_TEMP"), Some(63.0));
    assert!(!series.iter().any(|line| line.contains("pod=")));
}
