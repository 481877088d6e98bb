//! Chosen kernel settings, from `/proc/sys`.

use std::path::PathBuf;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::{Flag, Settings, UsageError};
use crate::sample::Families;
use crate::source::{read_attribute, text};

const INCLUDE: &str = "collector.sysctl.include";
const INCLUDE_INFO: &str = "collector.sysctl.include-info";

pub(super) const REGISTRATION: Registration = Registration {
    name: "sysctl",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[
        Flag::list(INCLUDE, "NAME[:KEYS]", "Numbers to expose, as `fs.file-nr` or `fs.file-nr:total,current,max`."),
        Flag::list(INCLUDE_INFO, "NAME", "Texts to expose, as `kernel.seccomp.actions_avail`."),
    ],
    new: |settings| {
        let numbers = settings.list(INCLUDE).into_iter().map(|text| Number::new(text, settings));
        let texts = settings.list(INCLUDE_INFO).into_iter().map(|name| (name.to_owned(), path(name, settings)));
        Ok(Box::new(Sysctl { numbers: numbers.collect::<Result<_, _>>()?, texts: texts.collect() }))
    },
};

struct Sysctl {
    numbers: Vec<Number>,
    texts: Vec<(String, PathBuf)>,
}

/// A setting of one or more numbers.
struct Number {
    path: PathBuf,
    name: String,
    family: String,
    /// What to name each number; without, they are counted.
    keys: Vec<String>,
}

impl Collector for Sysctl {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        for number in &self.numbers {
            let content = read_attribute(&number.path)?;
            number.write(&content, out).map_err(|problem| CollectError::parse(number.name.clone(), problem))?;
        }
        let info = out.gauge("node_sysctl_info", "1, labelled by a setting's name and text.");
        for (name, path) in &self.texts {
            let content = read_attribute(path)?;
            if content.is_empty() {
                return Err(CollectError::parse(name.clone(), "is empty"));
            }
            for (index, value) in content.split_whitespace().enumerate() {
                let mut buffer = itoa::Buffer::new();
                out.add(info, &[("index", buffer.format(index)), ("name", name), ("value", value)], 1u64);
            }
        }
        Ok(())
    }
}

impl Number {
    fn new(given: &str, settings: &Settings) -> Result<Self, UsageError> {
        let (name, keys) = match given.split_once(':') {
            Some((name, keys)) => (name, keys.split(',').map(str::to_owned).collect()),
            None => (given, Vec::new()),
        };
        if name.is_empty() || keys.iter().any(|key: &String| !text::is_name(key.as_bytes())) {
            let allowed = "a setting's name, and after a `:` keys of letters, digits and `_` with commas between";
            return Err(UsageError::value(INCLUDE, given, allowed));
        }
        Ok(Number { path: path(name, settings), name: name.to_owned(), family: family(name), keys })
    }

    fn write(&self, content: &str, out: &mut Families) -> Result<(), String> {
        let values =
            content.split_whitespace().map(|word| integer(word).ok_or_else(|| format!("`{word}` is not a number")));
        let values: Vec<i64> = values.collect::<Result<_, _>>()?;
        let help = format!("The setting {}.", self.name);
        match (&*values, &*self.keys) {
            ([], _) => return Err("has no values".to_owned()),
            ([value], []) => out.untyped_value(&self.family, &help, *value),
            (values, []) => {
                let family = out.untyped(&self.family, &help);
                for (index, value) in values.iter().enumerate() {
                    out.add(family, &[("index", itoa::Buffer::new().format(index))], *value);
                }
            }
            (values, keys) if values.len() == keys.len() => {
                for (key, value) in keys.iter().zip(values) {
                    let help = format!("The number `{key}` of the setting {}.", self.name);
                    out.untyped_value(&format!("{}_{key}", self.family), &help, *value);
                }
            }
            (values, keys) => return Err(format!("has {} values, but {} keys are given", values.len(), keys.len())),
        }
        Ok(())
    }
}

/// Dots stand for slashes.
fn path(name: &str, settings: &Settings) -> PathBuf {
    settings.roots.proc("sys").join(name.replace('.', "/").trim_start_matches('/'))
}

fn family(name: &str) -> String {
    let allowed = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    format!("node_sysctl_{}", name.chars().map(allowed).collect::<String>())
}

/// A number as settings show them: decimal, or hexadecimal with `0x`.
fn integer(word: &str) -> Option<i64> {
    match word.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(keys: &[&str], content: &str) -> Result<String, String> {
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        let name = "fs.file-nr";
        let number = Number { path: PathBuf::new(), name: name.into(), family: family(name), keys };
        let mut out = Families::default();
        number.write(content, &mut out)?;
        Ok(out.lines.iter().map(|line| String::from_utf8_lossy(out.slice(&line.span))).collect())
    }

    #[test]
    fn numbers_are_counted_or_named() {
        assert_eq!(written(&[], "-7").unwrap(), "node_sysctl_fs_file_nr -7\n");
        assert_eq!(
            written(&[], "1024\t0x10").unwrap(),
            "node_sysctl_fs_file_nr{index=\"0\"} 1024\nnode_sysctl_fs_file_nr{index=\"1\"} 16\n"
        );
        assert_eq!(
            written(&["total", "max"], "1024 7").unwrap(),
            "node_sysctl_fs_file_nr_total 1024\nnode_sysctl_fs_file_nr_max 7\n"
        );
    }

    #[test]
    fn what_does_not_fit_is_told() {
        assert_eq!(written(&[], "").unwrap_err(), "has no values");
        assert_eq!(written(&[], "1 x").unwrap_err(), "`x` is not a number");
        assert_eq!(written(&["a", "b"], "1").unwrap_err(), "has 1 values, but 2 keys are given");
        assert_eq!(written(&["a"], "99999999999999999999").unwrap_err(), "`99999999999999999999` is not a number");
    }
}
