//! Processes and threads by state, from `/proc/<pid>/stat` and `/proc/<pid>/task/<tid>/stat`.
//!
//! Slow, for it reads a file of each thread of the machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{self, KeptFile, ReadError, Roots, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "processes",
    enabled_by_default: false,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(Processes::new(&settings.roots))),
};

struct Processes {
    folder: PathBuf,
    max_threads: KeptFile,
    max_processes: KeptFile,
}

/// What was counted, states by their letter.
#[derive(Debug, Default, PartialEq)]
struct Counted {
    processes: BTreeMap<char, u64>,
    threads: BTreeMap<char, u64>,
    allocated: u64,
}

impl Processes {
    fn new(roots: &Roots) -> Self {
        let kept = |path: &str| KeptFile::new(roots.proc("sys/kernel").join(path));
        Processes { folder: roots.procfs.clone(), max_threads: kept("threads-max"), max_processes: kept("pid_max") }
    }
}

impl Collector for Processes {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut counted = Counted::default();
        for name in numbered(&self.folder)? {
            counted.add(&self.folder.join(&name), &name, &mut scrape.scratch)?;
        }
        out.gauge_value("node_processes_threads", "Threads of all processes.", counted.allocated);
        let most = limit(&mut self.max_threads, &mut scrape.scratch)?;
        out.gauge_value("node_processes_max_threads", "Most threads that the machine can have.", most);
        let by_state = [
            ("node_processes_state", "Processes in each state.", "state", &counted.processes),
            ("node_processes_threads_state", "Threads in each state.", "thread_state", &counted.threads),
        ];
        for (name, help, label, counts) in by_state {
            let family = out.gauge(name, help);
            for (state, &count) in counts {
                out.add(family, &[(label, &state.to_string())], count);
            }
        }
        let pids: u64 = counted.processes.values().sum();
        out.gauge_value("node_processes_pids", "Processes.", pids);
        let most = limit(&mut self.max_processes, &mut scrape.scratch)?;
        out.gauge_value("node_processes_max_processes", "Most process numbers that the machine can have.", most);
        Ok(())
    }
}

impl Counted {
    /// Counts a process and its threads; one that ends meanwhile does not count.
    fn add(&mut self, process: &Path, pid: &str, buffer: &mut Vec<u8>) -> Result<(), CollectError> {
        let Some((state, threads)) = stat(&process.join("stat"), buffer)? else { return Ok(()) };
        *self.processes.entry(state).or_default() += 1;
        self.allocated = self.allocated.saturating_add(threads);
        let tasks = process.join("task");
        let Some(names) = if_alive(numbered(&tasks))? else { return Ok(()) };
        for name in names {
            let state =
                if name == pid { Some(state) } else { stat(&tasks.join(name).join("stat"), buffer)?.map(|it| it.0) };
            if let Some(state) = state {
                *self.threads.entry(state).or_default() += 1;
            }
        }
        Ok(())
    }
}

/// The names in a folder that are numbers.
fn numbered(folder: &Path) -> Result<Vec<String>, ReadError> {
    let mut names = source::list(folder)?;
    names.retain(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    Ok(names)
}

/// The state and the number of threads in a file `stat`; `None` when the process has ended.
fn stat(path: &Path, buffer: &mut Vec<u8>) -> Result<Option<(char, u64)>, CollectError> {
    let Some(content) = if_alive(source::read_into(path, buffer))? else { return Ok(None) };
    let parsed = parse(content).map(Some);
    parsed.ok_or_else(|| CollectError::parse(path.display().to_string(), "not the status of a process"))
}

/// A process that ends while it is looked at is none.
fn if_alive<T>(result: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
    const NO_SUCH_PROCESS: i32 = rustix::io::Errno::SRCH.raw_os_error();
    match source::if_present(result) {
        Err(error) if error.source.raw_os_error() == Some(NO_SUCH_PROCESS) => Ok(None),
        other => other,
    }
}

/// Parses `42 (name) S 1 …`: the third field and the twentieth. The name may hold anything.
fn parse(stat: &[u8]) -> Option<(char, u64)> {
    let end = memchr::memrchr(b')', stat)?;
    let mut fields = text::fields(stat.get(end + 1..)?);
    let state = fields.next()?.first().copied()?;
    let threads = fields.nth(16).and_then(text::number)?;
    state.is_ascii_graphic().then_some((char::from(state), threads))
}

fn limit(file: &mut KeptFile, buffer: &mut Vec<u8>) -> Result<u64, CollectError> {
    let number = text::number(file.read_page(buffer)?.trim_ascii());
    number.ok_or_else(|| CollectError::parse(file.path().display().to_string(), "not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_look_like_fields() {
        let stat = b"42 (a) R 9 b) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 7 0 1000";
        assert_eq!(parse(stat), Some(('S', 7)));
        for broken in [&b""[..], b"42 (a)", b"42 (a) S 1", b"42 a S 1 2", b")\xff"] {
            assert_eq!(parse(broken), None);
        }
    }

    #[test]
    fn threads_count_beside_their_process_and_the_ended_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let status = |state| format!("1 (a) {state} 1 1 1 0 -1 0 1 0 0 0 1 5 0 0 20 0 3 0 10\n");
        for (path, state) in [("7/stat", 'S'), ("7/task/7/stat", 'S'), ("7/task/8/stat", 'R')] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, status(state)).unwrap();
        }
        std::fs::create_dir_all(folder.path().join("7/task/9")).unwrap();
        std::fs::create_dir_all(folder.path().join("10")).unwrap();
        let mut counted = Counted::default();
        for name in numbered(folder.path()).unwrap() {
            counted.add(&folder.path().join(&name), &name, &mut Vec::new()).unwrap();
        }
        let expected = Counted { processes: [('S', 1)].into(), threads: [('S', 1), ('R', 1)].into(), allocated: 3 };
        assert_eq!(counted, expected);
    }
}
