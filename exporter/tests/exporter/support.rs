//! An exporter of a test's own: started on a free port, asked over HTTP, ended with the test.

pub(crate) mod bus;
pub(crate) mod hung_mount;
pub(crate) mod kubelet;
pub(crate) mod node_exporter;
pub(crate) mod nvml;
pub(crate) mod tree;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tree::Tree;

/// Longer than any answer takes: a test that waits for this has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Exporter {
    process: Child,
    pub(crate) address: String,
    log: Arc<Mutex<String>>,
}

/// An answer, taken apart.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Exporter {
    /// Starts the exporter with `flags` on a free port of the loopback address.
    pub(crate) fn start(flags: &[String]) -> Self {
        Self::start_in(flags, &[])
    }

    /// The same, with environment variables.
    pub(crate) fn start_in(flags: &[String], environment: &[(&str, String)]) -> Self {
        let mut command = command(flags);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        Self::run(command)
    }

    fn run(mut command: Command) -> Self {
        if !command.get_args().any(|flag| flag.to_string_lossy().starts_with("--web.listen-address")) {
            command.arg("--web.listen-address=127.0.0.1:0");
        }
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let start = said.len();
            assert_ne!(log.read_line(&mut said).unwrap(), 0, "the exporter ended before it listened:\n{said}");
            if let Some((_, address)) = said[start..].split_once("listening address=") {
                break address.trim().to_owned();
            }
        };
        // Somebody has to read the log on, or the exporter blocks when the pipe is full.
        let kept = Arc::new(Mutex::new(String::new()));
        let lines = Arc::clone(&kept);
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                *lines.lock().unwrap() += &(line + "\n");
            }
        });
        Exporter { process, address, log: kept }
    }

    /// Starts the exporter with a tree's roots and flags, inside the tree, so that its flags can name its files.
    pub(crate) fn on_tree(tree: &Tree) -> Self {
        let mut command = command(&tree.all_flags());
        command.current_dir(tree.folder.path());
        Self::run(command)
    }

    /// The process, for its `/proc` folder.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A figure of `/proc/<pid>/status`, in KiB: `VmRSS`, `VmHWM`, `RssAnon`.
    pub(crate) fn memory_kib(&self, figure: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let value = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':')).unwrap();
        value.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// What it has logged since it listens, as far as that has arrived here.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The text of `/metrics`.
    pub(crate) fn metrics(&self) -> String {
        let answer = self.get("/metrics", &[]);
        assert_eq!(answer.status, 200);
        String::from_utf8(answer.body).unwrap()
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers)
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Answer::parse(&answer)
    }

    /// Tells the exporter to stop, as systemd does, and answers with its exit code.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.process.wait().unwrap().code()
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Answer {
    pub(crate) fn parse(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = std::str::from_utf8(&answer[..end]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap()).map(|(n, v)| (n.to_lowercase(), v.to_owned()));
        Answer { status, headers: headers.collect(), body: answer[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// The exporter's command, for tests of what it does before it listens.
#[expect(clippy::disallowed_methods, reason = "the tests start the exporter")]
pub(crate) fn command(flags: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sightline-exporter"));
    command.args(flags).stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

/// The text without what differs from run to run: the exporter's own figures, how long collectors took, and when the
/// tree was unpacked.
pub(crate) fn without_moving_values(text: &str) -> String {
    let own = [
        "process_",
        "promhttp_",
        "sightline_exporter_",
        "node_scrape_collector_duration_seconds",
        "node_time_seconds",
        "node_time_zone",
        "node_textfile_mtime_seconds",
    ];
    let name = |line: &str| line.trim_start_matches("# HELP ").trim_start_matches("# TYPE ").to_owned();
    let kept = text.lines().filter(|line| !own.iter().any(|own| name(line).starts_with(own)));
    kept.flat_map(|line| [line, "\n"]).collect()
}
