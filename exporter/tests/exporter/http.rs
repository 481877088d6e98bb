//! What the paths answer, and what flags and parameters the exporter refuses.

use std::io::Read;
use std::time::Duration;

use crate::support::bus::FakeBus;
use crate::support::{Exporter, command};

fn only_loadavg(more: &[&str]) -> Exporter {
    let flags = ["--collector.disable-defaults", "--collector.loadavg"];
    Exporter::start(&flags.iter().chain(more).map(|&flag| flag.to_owned()).collect::<Vec<_>>())
}

#[test]
fn paths_answer_as_node_exporters_do() {
    let exporter = only_loadavg(&[]);
    let status = |path| exporter.get(path, &[]).status;
    assert_eq!(status("/"), 200);
    assert_eq!(status("/-/healthy"), 200);
    assert_eq!(status("/-/ready"), 200);
    assert_eq!(status("/nothing"), 404);
    let metrics = exporter.get("/metrics", &[]);
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert!(metrics.text().contains("\nnode_load1 "), "{}", metrics.text());
    let landing = exporter.get("/", &[]);
    assert!(landing.text().contains("<a href=\"/metrics\">"), "{}", landing.text());
}

#[test]
fn collectors_that_cannot_be_collected_are_named() {
    let exporter = only_loadavg(&[]);
    let answer = exporter.get("/metrics?collect[]=nope", &[]);
    assert_eq!((answer.status, answer.text()), (400, "missing collector: nope\n"));
    let answer = exporter.get("/metrics?collect[]=cpu", &[]);
    assert_eq!((answer.status, answer.text()), (400, "disabled collector: cpu\n"));
    let answer = exporter.get("/metrics?collect[]=loadavg&exclude[]=loadavg", &[]);
    assert_eq!((answer.status, answer.text()), (400, "Combined collect and exclude queries are not allowed.\n"));
    assert!(!exporter.get("/metrics?exclude[]=loadavg", &[]).text().contains("node_load1"));
}

#[test]
fn only_what_is_collected_is_there() {
    let flags = ["--collector.disable-defaults", "--collector.loadavg", "--collector.time", "--collector.uname"];
    let exporter = Exporter::start(&flags.map(str::to_owned));
    let collectors = |method, query| {
        let text = exporter.send(method, &format!("/metrics{query}"), &[]).text().to_owned();
        let names = text.lines().filter_map(|line| line.strip_prefix("node_scrape_collector_success{collector=\""));
        names.map(|line| line.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(collectors("GET", ""), ["loadavg", "time", "uname"]);
    assert_eq!(collectors("POST", ""), ["loadavg", "time", "uname"]);
    assert_eq!(collectors("GET", "?collect[]=uname&collect%5B%5D=loadavg"), ["loadavg", "uname"]);
    assert_eq!(collectors("GET", "?exclude[]=time&exclude[]=nobody"), ["loadavg", "uname"]);
}

#[test]
fn families_are_in_order_and_so_are_their_series() {
    let exporter = Exporter::start(&[]);
    let text = exporter.metrics();
    let families: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    assert!(families.len() > 100 && families.is_sorted(), "{families:?}");
    let cpu: Vec<&str> = text.lines().filter(|line| line.starts_with("node_cpu_seconds_total{")).collect();
    let labels = |line: &&str| line.split("} ").next().unwrap().to_owned();
    assert!(cpu.len() >= 8 && cpu.is_sorted_by_key(labels), "{cpu:?}");
}

#[test]
fn a_scrape_more_than_may_be_under_way_is_turned_away() {
    let bus = FakeBus::start();
    bus.answer(false);
    let flags = ["--collector.disable-defaults", "--collector.systemd", "--web.max-requests=1"];
    let address = [("DBUS_SYSTEM_BUS_ADDRESS", bus.address())];
    let exporter = Exporter::start_in(&flags.map(str::to_owned), &address);
    let patient = [("X-Prometheus-Scrape-Timeout-Seconds", "20")];
    std::thread::scope(|scope| {
        let first = scope.spawn(|| exporter.get("/metrics", &patient).status);
        let turned_away = (0..500).find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            let answer = exporter.get("/metrics?collect[]=nope", &[]);
            (answer.status == 503).then_some(answer)
        });
        let answer = turned_away.expect("the first scrape waits for the bus");
        assert_eq!(answer.text(), "Limit of concurrent requests reached (1), try again later.\n");
        assert_eq!(exporter.get("/-/healthy", &[]).status, 200);
        bus.answer(true);
        assert_eq!(first.join().unwrap(), 200);
    });
}

#[test]
fn an_answer_is_compressed_for_those_who_accept_it() {
    let exporter = only_loadavg(&["--web.disable-exporter-metrics"]);
    let answer = exporter.get("/metrics", &[("Accept-Encoding", "gzip")]);
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(&answer.body[..]).read_to_string(&mut text).unwrap();
    assert!(text.contains("\nnode_load1 "), "{text}");
    assert!(!text.contains("process_"), "{text}");
}

#[test]
fn openmetrics_is_served_where_it_is_enabled() {
    let accept = [("Accept", "application/openmetrics-text;version=1.0.0")];
    let text = only_loadavg(&[]).get("/metrics", &accept);
    assert_eq!(text.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let openmetrics = only_loadavg(&["--web.enable-openmetrics"]).get("/metrics", &accept);
    assert_eq!(openmetrics.header("content-type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert!(openmetrics.text().ends_with("# EOF\n"), "{}", openmetrics.text());
}

#[test]
fn a_wrong_flag_is_refused_in_one_line_and_no_port_is_opened() {
    for (flag, said) in [
        ("--web.max-requests=many", "--web.max-requests: `many` is not a whole number that is not negative"),
        ("--collector.ntp", "--collector.ntp: this exporter has no collector `ntp`"),
        ("--web.telemetry-path=metrics", "--web.telemetry-path: `metrics` is not a path that begins with `/`"),
    ] {
        let output = command(&[flag.to_owned()]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            format!("sightline-exporter: error: {said}, try --help\n")
        );
    }
}

#[test]
fn a_taken_port_is_told() {
    let first = only_loadavg(&[]);
    let output = command(&[format!("--web.listen-address={}", first.address)]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains(&format!("cannot listen on {}: Address already in use", first.address)), "{log}");
}

#[test]
fn sigterm_ends_it_in_order() {
    assert_eq!(only_loadavg(&[]).terminate(), Some(0));
}
