//! A recorded machine of which one file holds arbitrary bytes. Whatever they are, no collector panics, and what is
//! exposed is text of which each line is a comment or a sample.

#![no_main]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sightline_exporter::fuzzing::Machine;

#[path = "../../tests/exporter/support/tree.rs"]
mod tree;

struct Recorded {
    machine: Machine,
    files: Vec<PathBuf>,
    _tree: tree::Tree,
}

static RECORDED: LazyLock<Vec<Recorded>> = LazyLock::new(|| {
    let trees = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/trees");
    let mut paths: Vec<_> = trees.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tree"));
    paths.sort();
    let all = paths.iter().map(|path| recorded(&std::fs::read_to_string(path).unwrap()));
    // One of the machines has nothing at all.
    all.filter(|recorded| !recorded.files.is_empty()).collect()
});

fn recorded(text: &str) -> Recorded {
    let tree = tree::unpack(text);
    Recorded { machine: Machine::new(&tree.all_flags()), files: tree.files(), _tree: tree }
}

fuzz_target!(|data: &[u8]| {
    let [machine, high, low, content @ ..] = data else { return };
    let recorded = &RECORDED[usize::from(*machine) % RECORDED.len()];
    let path = &recorded.files[(usize::from(*high) << 8 | usize::from(*low)) % recorded.files.len()];
    let original = std::fs::read(path).unwrap();
    std::fs::write(path, content).unwrap();
    let text = recorded.machine.scrape();
    std::fs::write(path, original).unwrap();

    let text = std::str::from_utf8(&text).expect("the exposition is UTF-8");
    for line in text.lines() {
        let sample = line.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok());
        assert!(line.starts_with("# HELP ") || line.starts_with("# TYPE ") || sample, "neither comment nor sample: {line}");
    }
});
