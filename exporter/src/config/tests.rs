//! What arguments make of the configuration, and what is said of wrong ones.

use super::*;

fn parse(arguments: &[&str]) -> Result<Invocation, UsageError> {
    let arguments = std::iter::once("sightline-exporter").chain(arguments.iter().copied());
    from_arguments(arguments.map(OsString::from))
}

fn config(arguments: &[&str]) -> Box<Config> {
    match parse(arguments) {
        Ok(Invocation::Serve(config)) => config,
        Ok(Invocation::Print(text)) => panic!("printed {text}"),
        Err(error) => panic!("{error}"),
    }
}

fn refused(arguments: &[&str]) -> String {
    parse(arguments).err().expect("is refused").to_string()
}

fn names(config: &Config) -> Vec<&str> {
    config.collectors.iter().map(|it| it.name).collect()
}

#[test]
fn collectors_are_switched_by_name_and_all_at_once() {
    assert!(names(&config(&[])).contains(&"loadavg"));
    assert!(!names(&config(&["--no-collector.loadavg"])).contains(&"loadavg"));
    assert_eq!(names(&config(&["--collector.disable-defaults", "--collector.loadavg"])), ["loadavg"]);
}

#[test]
fn every_collector_can_be_made() {
    for it in collector::ALL {
        let name = format!("--collector.{}", it.name);
        assert_eq!(names(&config(&["--collector.disable-defaults", &name])), [it.name]);
    }
}

#[test]
fn values_are_given_with_or_without_an_equals_sign() {
    assert_eq!(config(&["--path.procfs=/host/proc"]).roots.procfs, PathBuf::from("/host/proc"));
    assert_eq!(config(&["--path.procfs", "/host/proc"]).roots.procfs, PathBuf::from("/host/proc"));
    assert_eq!(config(&["--web.listen-address=:1", "--web.listen-address", "[::1]:2"]).web.listen.len(), 2);
}

#[test]
fn wrong_arguments_are_refused_by_name() {
    assert_eq!(
        refused(&["--collector.loadavg", "--collector.loadavg"]),
        "--collector.loadavg: the flag cannot be repeated"
    );
    assert_eq!(
        refused(&["--no-collector.loadavg", "--collector.loadavg"]),
        "--no-collector.loadavg: the flag cannot be repeated"
    );
    assert_eq!(refused(&["--path.procfs=a", "--path.procfs=b"]), "--path.procfs: the flag cannot be repeated");
    assert_eq!(refused(&["--log.level=loud"]), "--log.level: `loud` is not one of debug, info, warn, error");
    assert_eq!(
        refused(&["--web.max-requests=-1"]),
        "--web.max-requests: `-1` is not a whole number that is not negative"
    );
    let timeout = "collector.filesystem.mount-timeout";
    assert_eq!(
        refused(&[&format!("--{timeout}=soon")]),
        format!("--{timeout}: `soon` is not a duration like `5s`, `250ms` or `1.5m`")
    );
    assert!(refused(&["--collector.loadavgg"]).contains("--collector.loadavgg"));
}

#[test]
fn collectors_that_are_not_here_are_refused_by_name() {
    for name in ["ntp", "nvmesubsystem", "perf", "runit", "supervisord"] {
        let flag = format!("--collector.{name}");
        assert_eq!(refused(&[&flag]), format!("{flag}: this exporter has no collector `{name}`"));
        config(&[&format!("--no-collector.{name}")]);
    }
}

#[test]
fn old_names_stand_for_the_new_ones_and_not_beside_them() {
    for (old, new) in [
        ("collector.diskstats.ignored-devices", "collector.diskstats.device-exclude"),
        ("collector.filesystem.ignored-fs-types", "collector.filesystem.fs-types-exclude"),
        ("collector.filesystem.ignored-mount-points", "collector.filesystem.mount-points-exclude"),
        ("collector.netdev.device-blacklist", "collector.netdev.device-exclude"),
        ("collector.netdev.device-whitelist", "collector.netdev.device-include"),
        ("collector.systemd.unit-blacklist", "collector.systemd.unit-exclude"),
        ("collector.systemd.unit-whitelist", "collector.systemd.unit-include"),
    ] {
        let (old_given, new_given) = (format!("--{old}=^x$"), format!("--{new}=^y$"));
        config(&["--collector.systemd", &old_given]);
        assert_eq!(
            refused(&["--collector.systemd", &old_given, &new_given]),
            format!("--{new} and --{old} exclude each other")
        );
        let wrong = refused(&["--collector.systemd", &format!("--{old}=(")]);
        assert!(wrong.contains("is not a regular expression"), "{wrong}");
    }
    config(&["--collector.filesystem.mount-timeout=2s", "--collector.filesystem.stat-workers=2"]);
}

#[test]
fn a_pattern_counts_under_either_name() {
    for flag in ["collector.netdev.device-whitelist", "collector.netdev.device-include"] {
        let settings = settings(&[format!("--{flag}=^lo$")]).unwrap();
        let (include, exclude) = ("collector.netdev.device-include", "collector.netdev.device-exclude");
        let old = settings.renamed(include, "collector.netdev.device-whitelist").unwrap();
        let mut filter = settings.filter_of((include, old), (exclude, "")).unwrap();
        assert!(filter.accepts("lo") && !filter.accepts("eth0"), "{flag}");
    }
    assert_eq!(
        refused(&["--collector.netdev.device-whitelist=a", "--collector.netdev.device-blacklist=b"]),
        "--collector.netdev.device-exclude and --collector.netdev.device-include exclude each other"
    );
}

#[test]
fn what_node_exporter_takes_without_effect_is_taken() {
    config(&["--runtime.gomaxprocs=2", "--no-collector.ntp", "--collector.ntp.server=localhost"]);
}

#[test]
fn help_and_version_are_printed() {
    let printed = |argument| match parse(&[argument]) {
        Ok(Invocation::Print(text)) => text,
        _ => panic!("{argument} prints"),
    };
    let help = printed("--help");
    assert!(help.contains("--collector.loadavg") || help.contains("--no-collector.loadavg"), "{help}");
    assert!(help.contains("--web.listen-address <ADDRESS>"), "{help}");
    assert!(printed("--version").starts_with("sightline-exporter, version "));
}
