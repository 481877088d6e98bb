//! A mount that never answers costs its own samples, and nothing else: not the scrape, not threads, not memory.

use std::time::{Duration, Instant};

use crate::support::Exporter;
use crate::support::hung_mount::HungMount;

const SCRAPES: usize = 1000;

/// One for HTTP, one for collectors, the one that the hung call holds, and `--collector.filesystem.stat-workers`: a machine that
/// is slow to answer for its other filesystems makes the exporter start more of these, and no more.
const MOST_THREADS: usize = 1 + 1 + 1 + 4;

#[test]
fn a_hung_mount_holds_up_no_scrape() {
    let mount = match HungMount::new() {
        Ok(mount) => mount,
        Err(missing) => return eprintln!("SKIPPED a_hung_mount_holds_up_no_scrape: {missing}"),
    };
    let exporter = Exporter::start(&[format!("--path.procfs={}", mount.procfs.display())]);

    let (first, took) = scrape(&exporter);
    assert!(took < Duration::from_secs(2), "the first scrape took {took:?}");
    assert_all_but_the_mount(&first, &mount);

    let mut later: Vec<Duration> = (0..21)
        .map(|_| {
            let (text, took) = scrape(&exporter);
            assert_all_but_the_mount(&text, &mount);
            took
        })
        .collect();
    later.sort();
    // The one in the middle, since a busy machine makes any of them wait at times.
    assert!(later[10] < Duration::from_millis(500), "later scrapes took {later:?}");
    let before = Footprint::of(&exporter);
    for _ in 0..SCRAPES {
        scrape(&exporter);
    }
    let after = Footprint::settled(&exporter, before.descriptors);
    assert!(after.threads <= MOST_THREADS, "{before:?}, after {SCRAPES} scrapes {after:?}");
    assert!(after.descriptors <= before.descriptors, "{before:?}, after {SCRAPES} scrapes {after:?}");
    assert!(after.resident_kib <= before.resident_kib + 1024, "{before:?}, after {SCRAPES} scrapes {after:?}");
}

fn scrape(exporter: &Exporter) -> (String, Duration) {
    let started = Instant::now();
    let answer = exporter.get("/metrics", &[("X-Prometheus-Scrape-Timeout-Seconds", "3")]);
    (answer.text().to_owned(), started.elapsed())
}

fn assert_all_but_the_mount(text: &str, mount: &HungMount) {
    let at = mount.path.display();
    let labels = format!("{{device=\"hung\",device_error=\"mountpoint timeout\",fstype=\"fuse\",mountpoint=\"{at}\"}}");
    for line in [format!("node_filesystem_device_error{labels} 1"), format!("node_filesystem_readonly{labels} 0")] {
        assert!(text.contains(&format!("\n{line}\n")), "no {line} in\n{text}");
    }
    assert!(!text.contains(&format!("node_filesystem_size_bytes{labels}")), "{text}");
    let other_size = |line: &str| line.starts_with("node_filesystem_size_bytes{") && !line.contains("hung");
    assert!(text.lines().any(other_size), "no other filesystem in\n{text}");
    for collector in ["cpu", "filesystem", "loadavg", "meminfo", "netdev"] {
        let line = format!("\nnode_scrape_collector_success{{collector=\"{collector}\"}} 1\n");
        assert!(text.contains(&line), "no {collector} in\n{text}");
    }
}

/// What a process holds.
#[derive(Debug)]
struct Footprint {
    threads: usize,
    descriptors: usize,
    resident_kib: u64,
}

impl Footprint {
    /// Once there are no more than `descriptors`: the last connections take a moment to close.
    fn settled(exporter: &Exporter, descriptors: usize) -> Self {
        for _ in 0..100 {
            if Self::of(exporter).descriptors <= descriptors {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Self::of(exporter)
    }

    fn of(exporter: &Exporter) -> Self {
        let process = format!("/proc/{}", exporter.pid());
        let count = |folder: &str| std::fs::read_dir(format!("{process}/{folder}")).unwrap().count();
        Footprint { threads: count("task"), descriptors: count("fd"), resident_kib: exporter.memory_kib("VmRSS") }
    }
}
