//! Every file of every recorded machine, broken in turn: it costs the samples of the collectors that need it, is logged
//! once, and is forgotten when the file is whole again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{Exporter, tree};

/// More than the exporter reads of any file.
const ENORMOUS: u64 = (64 << 20) + 1;

/// What the exporter may take for a file of that size, and what may be left of it, beside what it had before.
const MOST_KIB: u64 = 96 << 10;
const LEFT_KIB: u64 = 8 << 10;

/// How a file is broken: a name, and what is put in its place.
type Damage = (&'static str, fn(&Path, &[u8]));

const DAMAGES: [Damage; 5] = [
    ("empty", |path, _| fs::write(path, "").unwrap()),
    ("half", |path, content| fs::write(path, &content[..content.len() / 2]).unwrap()),
    ("absent", |_, _| {}),
    // Root may read any file, but not a folder as if it were one.
    ("unreadable", |path, _| fs::create_dir(path).unwrap()),
    ("enormous", |path, _| fs::File::create(path).unwrap().set_len(ENORMOUS).unwrap()),
];

#[test]
fn a_broken_file_costs_the_collectors_that_need_it_and_is_logged_once() {
    let trees = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trees");
    let mut paths: Vec<_> = trees.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tree"));
    paths.sort();
    let mut told = String::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        told += &format!("== {name}\n{}", break_each_file(&fs::read_to_string(&path).unwrap()));
    }
    insta::assert_snapshot!("broken_files", told);
}

/// Answers for each file which collectors fail when it is broken how, where any does.
fn break_each_file(text: &str) -> String {
    let tree = tree::unpack(text);
    let exporter = Exporter::on_tree(&tree);
    let whole = success(&exporter);
    // Of its own: what is mapped of the program's code comes and goes.
    let own = exporter.memory_kib("RssAnon");
    let mut told = String::new();
    // How often a collector began to fail; those that have nothing to read here did from the start.
    let mut changes = whole.values().filter(|success| *success == "0").count();
    for file in tree.files() {
        let mut costs: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let content = fs::read(&file).unwrap();
        for (how, damage) in DAMAGES {
            fs::remove_file(&file).unwrap();
            damage(&file, &content);
            let broken = success(&exporter);
            // To read 64 MiB again for each file would take the test minutes.
            if how != "enormous" {
                assert_eq!(success(&exporter), broken, "the second scrape differs: {how} {}", file.display());
            }
            if file.is_dir() {
                fs::remove_dir(&file).unwrap()
            } else {
                drop(fs::remove_file(&file))
            }
            fs::write(&file, &content).unwrap();
            assert_eq!(success(&exporter), whole, "{} is whole again", file.display());

            assert!(broken.keys().eq(whole.keys()), "each collector is told of: {how} {}", file.display());
            for name in broken.iter().filter(|&(name, success)| *success != whole[name]).map(|(name, _)| name) {
                costs.entry(name.clone()).or_default().push(how);
                changes += 1;
            }
        }
        let file = file.strip_prefix(tree.folder.path()).unwrap().display();
        told.extend(costs.iter().map(|(name, how)| format!("{file}: {name} when {}\n", how.join(", "))));
    }
    let (peak, left) = (exporter.memory_kib("VmHWM"), exporter.memory_kib("RssAnon"));
    assert!(peak <= own + MOST_KIB, "an enormous file took {} KiB", peak - own);
    assert!(left <= own + LEFT_KIB, "of enormous files {} KiB are left", left - own);
    let log = exporter.log();
    let lines = |text: &str| log.lines().filter(|line| line.contains("collector `") && line.contains(text)).count();
    // What is absent, and need not be there, is not logged but at the level of debugging.
    assert!(
        lines("` failed: ") <= changes,
        "{} failures are logged for {changes} changes:\n{log}",
        lines("` failed: ")
    );
    assert!(lines("` works again") <= changes, "{log}");
    assert!(!log.contains("panicked"), "{log}");
    told
}

/// Whether each collector gave its samples; what it says besides has to be lines of the text format.
fn success(exporter: &Exporter) -> BTreeMap<String, String> {
    let text = exporter.metrics();
    let sample = |line: &str| line.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok());
    let odd = text.lines().find(|line| !line.starts_with("# HELP ") && !line.starts_with("# TYPE ") && !sample(line));
    assert_eq!(odd, None, "neither comment nor sample");
    let said = text.lines().filter_map(|line| line.strip_prefix("node_scrape_collector_success{collector=\""));
    said.map(|line| line.split_once("\"} ").unwrap()).map(|(name, it)| (name.to_owned(), it.to_owned())).collect()
}
