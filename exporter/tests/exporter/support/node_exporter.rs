//! `node_exporter` on this machine, to hold ours against.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::Answer;

pub(crate) struct NodeExporter {
    process: Child,
    address: String,
}

impl NodeExporter {
    pub(crate) fn start(flags: &[String]) -> Self {
        let mut process = command(&binary())
            .args(flags)
            .arg("--web.listen-address=127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let start = said.len();
            assert_ne!(log.read_line(&mut said).unwrap(), 0, "node_exporter ended before it listened:\n{said}");
            if let Some((_, address)) = said[start..].split_once("address=127.0.0.1:") {
                break format!("127.0.0.1:{}", address.trim());
            }
        };
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        NodeExporter { process, address }
    }

    pub(crate) fn metrics(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // HTTP/1.0, so that the answer comes in one piece.
        stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: test\r\n\r\n").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Answer::parse(&answer).text().to_owned()
    }
}

impl Drop for NodeExporter {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The one that `NODE_EXPORTER_BIN` names, or one on the path, under Debian's name or its own.
fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("NODE_EXPORTER_BIN") {
        return named.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let candidates = ["prometheus-node-exporter", "node_exporter"];
    let found = candidates.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    found.into_iter().find(|path| path.is_file()).expect(
        "no node_exporter to compare with: install the package prometheus-node-exporter, or name one in NODE_EXPORTER_BIN",
    )
}

#[expect(clippy::disallowed_methods, reason = "the tests start node_exporter")]
fn command(binary: &std::path::Path) -> Command {
    Command::new(binary)
}
