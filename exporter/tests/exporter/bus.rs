//! systemd and logind over D-Bus, answered by a bus of the test's own.

use crate::support::Exporter;
use crate::support::bus::FakeBus;

fn scraper(bus: &FakeBus, flags: &[&str]) -> Exporter {
    let flags: Vec<_> = ["--collector.disable-defaults"].iter().chain(flags).map(|&flag| flag.to_owned()).collect();
    Exporter::start_in(&flags, &[("DBUS_SYSTEM_BUS_ADDRESS", bus.address())])
}

/// The samples whose names begin with `prefix` and that are not 0.
fn samples(text: &str, prefix: &str) -> String {
    let wanted = |line: &&str| line.starts_with(prefix) && !line.ends_with(" 0");
    text.lines().filter(wanted).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn units_are_shown_with_what_is_asked_for() {
    let bus = FakeBus::start();
    let exporter = scraper(
        &bus,
        &[
            "--collector.systemd",
            "--collector.systemd.enable-task-metrics",
            "--collector.systemd.enable-restarts-metrics",
            "--collector.systemd.enable-start-time-metrics",
        ],
    );
    let text = exporter.metrics();
    insta::assert_snapshot!(samples(&text, "node_systemd_"), @r#"
    node_systemd_service_restart_total{name="cron.service"} 3
    node_systemd_service_restart_total{name="slow.service"} 3
    node_systemd_service_restart_total{name="ssh.service"} 3
    node_systemd_socket_accepted_connections_total{name="dbus.socket"} 11
    node_systemd_socket_current_connections{name="dbus.socket"} 2
    node_systemd_socket_refused_connections_total{name="dbus.socket"} 1
    node_systemd_timer_last_trigger_seconds{name="apt.timer"} 1700000001.5
    node_systemd_unit_start_time_seconds{name="apt.timer"} 1700000000.123456
    node_systemd_unit_start_time_seconds{name="dbus.socket"} 1700000000.123456
    node_systemd_unit_start_time_seconds{name="ssh.service"} 1700000000.123456
    node_systemd_unit_state{name="apt.timer",state="active",type=""} 1
    node_systemd_unit_state{name="cron.service",state="failed",type="notify"} 1
    node_systemd_unit_state{name="dbus.socket",state="active",type=""} 1
    node_systemd_unit_state{name="ssh.service",state="active",type="notify"} 1
    node_systemd_unit_tasks_current{name="ssh.service"} 7
    node_systemd_unit_tasks_max{name="cron.service"} 9000
    node_systemd_unit_tasks_max{name="slow.service"} 9000
    node_systemd_unit_tasks_max{name="ssh.service"} 9000
    node_systemd_units{state="active"} 4
    node_systemd_units{state="failed"} 1
    node_systemd_units{state="inactive"} 1
    node_systemd_units{state="reloading"} 1
    node_systemd_version{version="252.22-1~deb12u1"} 252.22
    node_systemd_virtualization_info{virtualization_type="none"} 1
    "#);
    assert!(text.contains("\nnode_systemd_system_running 0\n"), "{text}");
}

#[test]
fn a_unit_is_left_out_by_its_whole_name() {
    let bus = FakeBus::start();
    let exporter = scraper(&bus, &["--collector.systemd", "--collector.systemd.unit-include=ssh"]);
    let text = exporter.metrics();
    assert_eq!(samples(&text, "node_systemd_unit_state"), "");
    assert!(text.contains("node_systemd_units{state=\"active\"} 4\n"), "{text}");
}

#[test]
fn systemd_is_asked_without_a_bus_through_its_own_socket() {
    let systemd = FakeBus::start_at("run/systemd/private");
    let root = format!("--path.rootfs={}", systemd.folder().display());
    let flags = ["--collector.disable-defaults", "--collector.systemd", "--collector.systemd.private", &root];
    let exporter =
        Exporter::start_in(&flags.map(str::to_owned), &[("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent".into())]);
    let text = exporter.metrics();
    assert!(text.contains("\nnode_systemd_units{state=\"active\"} 4\n"), "{text}");
    assert!(text.contains("node_scrape_collector_success{collector=\"systemd\"} 1\n"), "{text}");
}

#[test]
fn sessions_are_counted() {
    let bus = FakeBus::start();
    let text = scraper(&bus, &["--collector.logind"]).metrics();
    assert_eq!(text.matches("\nnode_logind_sessions{").count(), 2 * 2 * 7 * 5);
    insta::assert_snapshot!(samples(&text, "node_logind_sessions"), @r#"
    node_logind_sessions{class="user",remote="false",seat="seat0",type="tty"} 1
    node_logind_sessions{class="user",remote="true",seat="",type="other"} 1
    node_logind_sessions{class="user",remote="true",seat="",type="tty"} 1
    "#);
}

#[test]
fn a_bus_that_falls_silent_costs_its_own_samples_until_it_answers_again() {
    let bus = FakeBus::start();
    let exporter = scraper(&bus, &["--collector.systemd", "--collector.loadavg"]);
    let success = |value: u8| format!("node_scrape_collector_success{{collector=\"systemd\"}} {value}\n");
    let scrape = || exporter.get("/metrics", &[("X-Prometheus-Scrape-Timeout-Seconds", "3")]);
    // A busy machine may need more than one scrape's time to connect and to be answered.
    let works = || (0..10).any(|_| scrape().text().contains(&success(1)));
    assert!(works());
    bus.answer(false);
    for limit in [3.0, 1.0, 1.0, 1.0] {
        let begin = std::time::Instant::now();
        let answer = scrape();
        assert!(begin.elapsed().as_secs_f64() < limit, "{:?}", begin.elapsed());
        assert!(answer.text().contains(&success(0)) && answer.text().contains("\nnode_load1 "), "{}", answer.text());
    }
    bus.answer(true);
    assert!(works());
    assert!(bus.connections_become(1), "one connection is kept");
}
