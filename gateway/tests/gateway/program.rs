//! The program itself: flags, exit codes, signals.

use std::process::{Command, Output};

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sightline-gateway"));
    command.args(arguments).env_remove("SIGHTLINE_LISTEN").env_remove("SIGHTLINE_PROMETHEUS_URL");
    command.envs(environment.iter().copied()).output().unwrap()
}

#[test]
fn a_wrong_configuration_ends_with_2_before_a_port_opens() {
    let mut messages = String::new();
    for (arguments, environment) in [
        (vec!["--snapshot.interval", "5x"], vec![]),
        (vec!["--listen", "localhost"], vec![]),
        (vec![], vec![("SIGHTLINE_PROMETHEUS_URL", "prometheus:9090")]),
        (vec![], vec![("SIGHTLINE_PROMETHEUS_ULR", "http://x")]),
        (vec!["--config", "/nonexistent.toml"], vec![]),
    ] {
        let output = run(&arguments, &environment);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        messages += message.split("; allowed: SIGHTLINE_LISTEN").next().unwrap().trim();
        messages.push('\n');
    }
    insta::assert_snapshot!(messages, @r"
    sightline-gateway: `snapshot.interval` (flag --snapshot.interval) is `5x`; allowed: a duration from 1s to 5m, such as `30s`
    sightline-gateway: `listen` (flag --listen) is `localhost`; allowed: an IP address and a port, such as `127.0.0.1:8000` or `[::]:8000`
    sightline-gateway: `prometheus.url` (environment variable SIGHTLINE_PROMETHEUS_URL) is `prometheus:9090`; allowed: an http or https URL without query or fragment, such as `http://127.0.0.1:9090`
    sightline-gateway: `SIGHTLINE_PROMETHEUS_ULR` (environment) is not a key
    sightline-gateway: /nonexistent.toml cannot be read: No such file or directory (os error 2)
    ");
}

#[test]
fn a_taken_port_names_the_key_that_changes_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["--listen", &address], &[]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("SIGHTLINE_LISTEN") && message.contains(&address), "{message}");
}

#[test]
fn help_names_every_key() {
    let help = String::from_utf8(run(&["--help"], &[]).stdout).unwrap();
    for key in sightline_gateway::config::KEYS {
        assert!(help.contains(key.name) && help.contains(&key.environment()), "{}", key.name);
    }
}
