//! The fullest filesystem of a server, and all of a job together.

use crate::wire::server::FullestFilesystem;

use super::*;

#[test]
fn the_rules_sums_of_jobs_stand_for_those_of_their_servers() {
    let targets = body(&target("a", 1, 99.0));
    let sums = body(
        r#"{"__name__":"job:node_filesystem_size_bytes:sum","job":"node"} 60
        {"__name__":"job:node_filesystem_size_bytes:sum","job":"other"} 40
        {"__name__":"job:node_filesystem_free_bytes:sum","job":"node"} 40"#,
    );
    let vectors = Vectors { at: 100.0, targets: answer(&targets), hardware: samples(&sums), ..Vectors::default() };
    let built = build(vectors, &Memory::default(), &settings()).unwrap();
    assert!(!built.has_hardware, "these are said of jobs");
    let snapshot = built.snapshot;
    assert_eq!((snapshot.totals.filesystem_size, snapshot.totals.filesystem_used), (Some(100.0), Some(60.0)));
}

/// The fullest filesystem of a server of which this is told: part, mountpoint, value.
fn fullest(told: &[(&str, &str, &str)]) -> Option<FullestFilesystem> {
    let line = |(part, mountpoint, value): &(&str, &str, &str)| {
        format!(
            r#"{{"__name__":"instance:node_filesystem_{part}","job":"node","instance":"a","mountpoint":"{mountpoint}"}} {value}"#
        )
    };
    let (targets, told) = (body(&target("a", 1, 99.0)), body(&told.iter().map(line).collect::<Vec<_>>().join("\n")));
    let vectors = Vectors { targets: answer(&targets), filesystems: answer(&told), ..Vectors::default() };
    built(vectors, &Memory::default()).0.server("a").unwrap().row.filesystem.clone()
}

#[test]
fn a_filesystem_is_what_is_told_of_it_and_of_no_other_in_whatever_order() {
    let (ratio, size, available) = ("fullest:ratio", "fullest_size:bytes", "fullest_avail:bytes");
    let told = |mountpoint: &str, used_ratio: f64, size_bytes: Option<f64>, available_bytes: Option<f64>| {
        let (mountpoint, device) = (mountpoint.to_owned(), String::new());
        Some(FullestFilesystem { mountpoint, device, used_ratio, size_bytes, available_bytes })
    };
    let whole = told("/", 0.5, Some(10.0), Some(5.0));
    assert_eq!(fullest(&[(ratio, "/", "0.5"), (size, "/", "10"), (available, "/", "5")]), whole);
    assert_eq!(fullest(&[(available, "/", "5"), (size, "/", "10"), (ratio, "/", "0.5")]), whole);
    // The first rule has been evaluated, the others have not yet.
    let evaluated = [(size, "/", "10"), (available, "/", "5"), (ratio, "/data", "0.6")];
    assert_eq!(fullest(&evaluated), told("/data", 0.6, None, None));
    // It is known no longer how full it is, and that is not 0.
    assert_eq!(fullest(&[(size, "/", "10"), (available, "/", "5")]), None);
    assert_eq!(fullest(&[(ratio, "/", "NaN"), (size, "/", "10")]), None);
}
