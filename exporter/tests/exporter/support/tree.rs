//! Recorded machines, unpacked from their text form; the form is told in `trees.rs`.

use std::fs;
use std::path::{Path, PathBuf};

/// A machine's files in a folder that goes when this is dropped.
pub(crate) struct Tree {
    pub(crate) folder: tempfile::TempDir,
    /// The flags that stand in the tree's head.
    pub(crate) flags: Vec<String>,
}

impl Tree {
    /// The roots of the tree and its flags.
    pub(crate) fn all_flags(&self) -> Vec<String> {
        let root = |flag: &str, root: &str| format!("--path.{flag}={}", self.folder.path().join(root).display());
        let roots = [("procfs", "proc"), ("sysfs", "sys"), ("rootfs", "root"), ("udev.data", "udev")];
        roots.iter().map(|(flag, name)| root(flag, name)).chain(self.flags.iter().cloned()).collect()
    }

    /// All ordinary files, in order.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        find_files(self.folder.path(), &mut files);
        files.sort();
        files
    }
}

fn find_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let (path, kind) = entry.map(|entry| (entry.path(), entry.file_type().unwrap())).unwrap();
        if kind.is_dir() {
            find_files(&path, into);
        } else if kind.is_file() {
            into.push(path);
        }
    }
}

pub(crate) fn unpack(text: &str) -> Tree {
    let folder = tempfile::tempdir().unwrap();
    for root in ["proc", "sys", "root", "udev"] {
        fs::create_dir(folder.path().join(root)).unwrap();
    }
    let mut entries = text.split("\n=== ");
    let head = entries.next().unwrap();
    let flags = head.lines().filter(|line| line.starts_with("--")).map(str::to_owned).collect();
    for entry in entries {
        let (name, content) = entry.split_once('\n').unwrap_or((entry, ""));
        // The line feed before the next `===` ended this file's last line.
        let content = if content.is_empty() { String::new() } else { format!("{}\n", content.trim_end_matches('\n')) };
        write(folder.path(), name, &content);
    }
    Tree { folder, flags }
}

fn write(folder: &Path, name: &str, content: &str) {
    if let Some((link, target)) = name.split_once(" -> ") {
        let link = folder.join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        return std::os::unix::fs::symlink(target, link).unwrap();
    }
    let path = folder.join(name);
    if name.ends_with('/') {
        return fs::create_dir_all(path).unwrap();
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}
