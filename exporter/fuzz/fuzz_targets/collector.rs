//! A collector of which one input holds arbitrary bytes: a file of a recorded machine, or what the kernel answers over
//! netlink. Whatever they are, nothing panics, each line of the text is a comment or a sample, asking again gives the
//! same, and once the input is whole again, so is the answer: what is kept between scrapes was not spoilt.
//!
//! `COLLECTOR` names the collector. `SEEDS` names a folder in which to leave the whole inputs, for a corpus to begin with.

#![no_main]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, SystemTime};

use libfuzzer_sys::fuzz_target;
use sightline_exporter::fuzzing::{Running, Subject, play, take_heard};

#[path = "../../tests/exporter/support/tree.rs"]
mod tree;

/// A machine that the collector is on.
struct Machine {
    subject: Subject,
    tree: tree::Tree,
    /// The one that meets the broken inputs, each of which it has to forget.
    running: Mutex<Running>,
}

type Scraped = Result<String, String>;

struct Input {
    machine: &'static Machine,
    place: Place,
    /// The input as it was recorded, and what the collector makes of it.
    recorded: Vec<u8>,
    whole: Scraped,
    /// Whether that is the same at each scrape; what tells the time is not.
    steady: bool,
}

enum Place {
    File(PathBuf),
    Netlink,
}

static COLLECTOR: LazyLock<String> =
    LazyLock::new(|| std::env::var("COLLECTOR").expect("COLLECTOR names the collector to fuzz"));

static MACHINES: LazyLock<Vec<Machine>> = LazyLock::new(|| {
    let trees = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/trees");
    let mut paths: Vec<_> = trees.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tree"));
    paths.sort();
    let recorded = paths.iter().map(|path| std::fs::read_to_string(path).unwrap());
    let asked = include_str!("../netlink.tree").to_owned();
    recorded.chain([asked]).filter_map(|text| Machine::new(&text)).collect()
});

static INPUTS: LazyLock<Vec<Input>> = LazyLock::new(|| {
    let inputs: Vec<_> = MACHINES.iter().flat_map(Machine::inputs).collect();
    assert!(!inputs.is_empty(), "no recorded machine has anything for `{}` to read", *COLLECTOR);
    inputs
});

impl Machine {
    fn new(text: &str) -> Option<Self> {
        let tree = tree::unpack(text);
        for file in tree.files() {
            write(&file, &std::fs::read(&file).unwrap(), RECORDED);
        }
        let subject = Subject::new(&COLLECTOR, &tree.all_flags())?;
        let running = Mutex::new(subject.start());
        Some(Machine { subject, tree, running })
    }

    /// The flags of a tree may name its files from where it is.
    fn enter(&self) {
        std::env::set_current_dir(self.tree.folder.path()).unwrap();
    }

    /// What the collector reads here: all that makes a difference when it is gone or garbage.
    fn inputs(&'static self) -> Vec<Input> {
        self.enter();
        take_heard();
        let whole = self.subject.start().scrape();
        let answer = take_heard();
        let matters = |file: &PathBuf| {
            let content = std::fs::read(file).unwrap();
            std::fs::remove_file(file).unwrap();
            let absent = self.subject.start().scrape();
            std::fs::write(file, "0 \u{1}garbage 1\n").unwrap();
            let garbage = self.subject.start().scrape();
            write(file, &content, RECORDED);
            whole != absent || whole != garbage
        };
        let files = self.tree.files().into_iter().filter(matters);
        let files = files.map(|file| (std::fs::read(&file).unwrap(), Place::File(file)));
        let inputs = files.chain(answer.map(|answer| (answer, Place::Netlink)));
        inputs.map(|(recorded, place)| Input::new(self, recorded, place)).collect()
    }
}

impl Input {
    fn new(machine: &'static Machine, recorded: Vec<u8>, place: Place) -> Self {
        let mut input = Input { machine, place, recorded, whole: Err(String::new()), steady: false };
        input.restore();
        let mut running = machine.subject.start();
        input.whole = running.scrape();
        input.steady = running.scrape() == input.whole;
        input
    }

    fn restore(&self) {
        self.put(&self.recorded, RECORDED);
    }

    fn put(&self, content: &[u8], time: Duration) {
        match &self.place {
            Place::File(path) => write(path, content, time),
            Place::Netlink => play(Some(content.to_vec())),
        }
    }
}

/// When each file is as it was recorded, and when one is broken: nobody can take the one for the other.
const RECORDED: Duration = Duration::ZERO;
const BROKEN: Duration = Duration::from_secs(60);

fn write(path: &Path, content: &[u8], time: Duration) {
    let mut file = File::create(path).unwrap();
    file.write_all(content).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + time).unwrap();
}

fn leave_seeds() {
    let Some(folder) = std::env::var_os("SEEDS").map(PathBuf::from) else { return };
    for (which, input) in INPUTS.iter().enumerate() {
        let which = u16::try_from(which).unwrap();
        let seed = [&which.to_be_bytes()[..], &input.recorded].concat();
        std::fs::write(folder.join(format!("recorded-{which}")), seed).unwrap();
    }
}

/// What two scrapes have in common: all of it, but that the space of a mounted filesystem is this system's, and moves by itself.
fn lasting(scrape: &Result<String, String>) -> Result<Vec<&str>, &String> {
    let series = |line: &'_ str| line.rfind(' ').filter(|_| *COLLECTOR == "filesystem").unwrap_or(line.len());
    scrape.as_ref().map(|text| text.lines().map(|line| &line[..series(line)]).collect())
}

fuzz_target!(init: leave_seeds(), |data: &[u8]| {
    let Some((which, content)) = data.split_first_chunk() else { return };
    let input = &INPUTS[usize::from(u16::from_be_bytes(*which)) % INPUTS.len()];
    input.machine.enter();
    let mut running = input.machine.running.lock().unwrap();
    input.put(content, BROKEN);
    let broken = running.scrape();
    let again = running.scrape();
    input.restore();
    let healed = running.scrape();
    play(None);

    for line in broken.iter().flat_map(|text| text.lines()) {
        let sample = line.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok());
        assert!(line.starts_with("# HELP ") || line.starts_with("# TYPE ") || sample, "neither comment nor sample: {line}");
    }
    if input.steady {
        assert_eq!(lasting(&broken), lasting(&again), "asked again");
        // A CPU's counters never step back: it stays at the highest that it has seen.
        assert!(*COLLECTOR == "cpu" || lasting(&healed) == lasting(&input.whole), "whole again:\n{healed:?}\nand before:\n{:?}", input.whole);
    }
});
