//! Metrics that other programs leave in files, from `--collector.textfile.directory`.

mod cache;
mod glob;
mod merge;
mod parser;
mod rendered;

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::sample::Families;
use cache::Cache;

pub(super) const REGISTRATION: Registration = Registration {
    name: "textfile",
    enabled_by_default: true,
    // The folders may be on any filesystem.
    pace: Pace::Slow,
    flags: &[Flag::list(
        "collector.textfile.directory",
        "FOLDER",
        "Folder with files `*.prom` to read metrics from; may be a pattern, and given several times.",
    )],
    new: |settings| {
        let folders = settings.list("collector.textfile.directory").into_iter().filter(|folder| !folder.is_empty());
        Ok(Box::new(Textfile {
            folders: folders.map(str::to_owned).collect(),
            cache: Cache::default(),
            said: BTreeSet::new(),
        }))
    },
};

struct Textfile {
    folders: Vec<String>,
    cache: Cache,
    /// What was wrong at the scrape before, and so was logged already.
    said: BTreeSet<String>,
}

impl Collector for Textfile {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut problems = BTreeSet::new();
        let mut files = Vec::new();
        let mut modified = Vec::new();
        for path in self.paths(&mut problems) {
            match self.cache.read(&path) {
                Ok(file) => {
                    let shown = path.display().to_string();
                    modified.push((shown.clone(), file.modified));
                    files.push(merge::File { path: shown, content: file.content });
                }
                Err(problem) => {
                    problems.insert(format!("{}: {problem}", path.display()));
                }
            }
        }
        self.cache.forget_unread();

        let merged = merge::write(&files, out);
        problems.extend(merged.conflicts);
        let seconds = out.gauge("node_textfile_mtime_seconds", "When the file was last changed, in Unix time.");
        for (path, modified) in &modified {
            out.add(seconds, &[("file", path)], *modified);
        }
        out.gauge_value(
            "node_textfile_scrape_error",
            "1 if a folder or a file could not be used, or files disagree; else 0.",
            !problems.is_empty(),
        );
        out.gauge_value(
            "sightline_textfile_duplicate_series",
            "Series left out because a file repeats itself or an earlier file.",
            merged.duplicates,
        );
        self.log(problems);
        Ok(())
    }
}

impl Textfile {
    /// The files to read, each once, in the order of the folders.
    fn paths(&self, problems: &mut BTreeSet<String>) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        for folder in self.folders.iter().flat_map(|pattern| glob::expand(pattern)) {
            match crate::source::list(&folder) {
                Ok(names) => {
                    let folder = clean(&folder);
                    paths.extend(names.iter().filter(|name| name.ends_with(".prom")).map(|name| folder.join(name)));
                }
                Err(error) => {
                    problems.insert(error.to_string());
                }
            }
        }
        let mut seen = BTreeSet::new();
        paths.retain(|path| seen.insert(path.clone()));
        paths
    }

    fn log(&mut self, problems: BTreeSet<String>) {
        for problem in problems.difference(&self.said) {
            tracing::warn!(collector = "textfile", "{problem}");
        }
        self.said = problems;
    }
}

/// The path without `.`, `..` and doubled slashes, as node_exporter shows it in the label `file`.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match (part, clean.components().next_back()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                clean.pop();
            }
            _ => clean.push(part),
        }
    }
    clean
}

/// Writes a file's metrics, unless it is refused.
#[cfg(fuzzing)]
pub(crate) fn fuzz(content: &[u8], out: &mut Families) -> bool {
    let Ok(parsed) = parser::parse(content) else { return false };
    let content = std::sync::Arc::new(rendered::Rendered::new(parsed));
    merge::write(&[merge::File { path: "a.prom".to_owned(), content }], out);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_without_looking_at_the_disk() {
        for (path, cleaned) in [
            ("fixtures/textfile//x/", "fixtures/textfile/x"),
            ("./a/../b/./c", "b/c"),
            ("/../a", "/a"),
            ("../../a", "../../a"),
        ] {
            assert_eq!(clean(Path::new(path)).to_str(), Some(cleaned), "{path}");
        }
    }
}
