//! Folders by pattern, with the syntax of Go's `filepath.Glob`: `*`, `?`, `[a-z]`, `[^a-z]` and `\` before any of them.

use std::path::{Path, PathBuf};

/// The paths that a pattern stands for, sorted; the pattern itself when there are none, so that whoever reads it can
/// say what is wrong with it.
pub(super) fn expand(pattern: &str) -> Vec<PathBuf> {
    let mut paths = vec![if pattern.starts_with('/') { PathBuf::from("/") } else { PathBuf::new() }];
    for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part.contains(['*', '?', '[', '\\']) {
            paths = paths.iter().flat_map(|folder| matching(folder, part)).collect();
        } else {
            paths.iter_mut().for_each(|path| path.push(part));
        }
    }
    paths.retain(|path| path.symlink_metadata().is_ok());
    if paths.is_empty() { vec![PathBuf::from(pattern)] } else { paths }
}

fn matching(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let names = crate::source::list(here).unwrap_or_default();
    let pattern: Vec<char> = pattern.chars().collect();
    let fits = |name: &String| fits(&pattern, &name.chars().collect::<Vec<_>>());
    names.into_iter().filter(fits).map(|name| folder.join(name)).collect()
}

/// Whether the pattern stands for the whole name. When a part after a `*` does not fit, that star takes one more
/// character and the rest is tried again; an earlier star need not be gone back to.
fn fits(pattern: &[char], name: &[char]) -> bool {
    let (mut rest, mut left) = (pattern, name);
    let mut star: Option<(&[char], &[char])> = None;
    loop {
        if let ['*', after @ ..] = rest {
            star = Some((after, left));
            rest = after;
            continue;
        }
        match (one(rest, left.first().copied()), left) {
            (Some(after), [_, others @ ..]) => (rest, left) = (after, others),
            _ if rest.is_empty() && left.is_empty() => return true,
            _ => match star {
                Some((after, [_, others @ ..])) => {
                    star = Some((after, others));
                    (rest, left) = (after, others);
                }
                _ => return false,
            },
        }
    }
}

/// What of the pattern is left after its first element has taken the character; `None` when it does not.
fn one(pattern: &[char], name: Option<char>) -> Option<&[char]> {
    let name = name?;
    match pattern {
        ['?', rest @ ..] => Some(rest),
        ['[', rest @ ..] => class(rest, name),
        ['\\', literal, rest @ ..] | [literal, rest @ ..] => (*literal == name).then_some(rest),
        [] => None,
    }
}

/// `a-cx]` or `^a-cx]`; a class that is not closed takes nothing.
fn class(pattern: &[char], name: char) -> Option<&[char]> {
    let (negated, mut pattern) = match pattern {
        ['^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut found = false;
    loop {
        let (low, high, rest) = match pattern {
            [']', rest @ ..] => return (found != negated).then_some(rest),
            [low, '-', high, rest @ ..] if *high != ']' => (low, high, rest),
            ['\\', one, rest @ ..] | [one, rest @ ..] => (one, one, rest),
            [] => return None,
        };
        found |= (*low..=*high).contains(&name);
        pattern = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_names() {
        let fits =
            |pattern: &str, name: &str| fits(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>());
        for (pattern, name) in [
            ("*", ""),
            ("a*c", "abbc"),
            ("a*b*c", "abcbc"),
            ("?x", "éx"),
            ("[a-c]1", "b1"),
            ("[^a-c]1", "d1"),
            ("\\*", "*"),
            ("[\\]]", "]"),
            ("app-*", "app-"),
            ("**", "x"),
            ("*a*a*a", "aaaa"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("", "x"),
            ("?", ""),
            ("a*c", "abcd"),
            ("[a-c]", "d"),
            ("[^a-c]", "a"),
            ("[a", "a"),
            ("\\*", "x"),
            ("[", "["),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
        assert!(!fits(&"*a".repeat(30), &"a".repeat(29)), "ends in time, too");
    }

    #[test]
    fn every_part_of_a_path_may_be_a_pattern() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["one/metrics", "two/metrics", "three/other"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let at = |path: &str| root.path().join(path);
        let expand = |pattern: &str| expand(at(pattern).to_str().unwrap());
        assert_eq!(expand("*/metrics"), [at("one/metrics"), at("two/metrics")]);
        assert_eq!(expand("t*/*"), [at("three/other"), at("two/metrics")]);
        assert_eq!(expand("one//metrics/"), [at("one/metrics")]);
        assert_eq!(expand("four*"), [at("four*")]);
        assert_eq!(expand("four/metrics"), [at("four/metrics")]);
    }
}
