//! Every expression that we ask, by name.
//!
//! Expressions that belong together travel as one query: each part is tagged with a label that says what it is, and
//! `or` puts the parts side by side. So the number of queries depends on neither servers nor metrics.

pub mod details;
pub mod gpu_warnings;
pub mod gpus;
pub mod hardware;
pub mod panels;
pub mod recorded;
pub mod tick;

use std::fmt::Write as _;
use std::time::Duration;

use super::response::Labels;

/// The label that tells the parts of a combined query apart.
pub const TAG: &str = "series";

/// Shares of time in which a core did nothing for us.
pub(super) const IDLE: &str = r#"mode=~"idle|iowait|steal""#;
/// Disks, without what is built from them (or from memory) and would count their bytes twice.
pub(super) const WHOLE_DISKS: &str = r#"device!~"(dm-|md|loop|ram|zram|sr).*""#;
/// Interfaces that traffic of this server leaves through, without loopback and what is built from others.
pub(super) const PHYSICAL_NETWORKS: &str = r#"device!~"lo|.+[.][0-9]+|(veth|docker|br-|br[0-9]|virbr|cni|flannel|cali|cilium|lxc|tap|tun|wg|bond|team|dummy|ifb|kube-).*""#;
/// Filesystems that can fill up; not memory, images or what is seen through another mount.
pub(super) const REAL_FILESYSTEMS: &str = r#"fstype!~"autofs|cgroup2?|devtmpfs|efivarfs|erofs|fuse[.]lxcfs|iso9660|nsfs|overlay|proc|ramfs|rootfs|squashfs|sysfs|tmpfs""#;

/// The window of a rate, in PromQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(pub Duration);

impl std::fmt::Display for Window {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}ms", self.0.as_millis().max(1))
    }
}

/// Which series: matchers without braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

impl Selector {
    /// `name="value"` for each.
    pub fn equal(pairs: &[(&str, &str)]) -> Self {
        let matchers = pairs.iter().map(|(name, value)| format!("{name}={}", quote(value)));
        Self(matchers.collect::<Vec<_>>().join(","))
    }

    /// `name=~"a|b"`, each value taken literally. None of them: a matcher that matches nothing.
    ///
    /// In order, so that a regular expression of thousands of names is compiled as a tree of their prefixes.
    pub fn any_of<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut values: Vec<_> = values.into_iter().map(escape_regex).collect();
        values.sort_unstable();
        match values.is_empty() {
            true => Self(format!(r#"{name}="",{name}!="""#)),
            false => Self(format!("{name}=~{}", quote(&values.join("|")))),
        }
    }

    pub fn and(&self, other: &Self) -> Self {
        Self(format!("{},{}", self.0, other.0))
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The expression with a label that says what its series are.
pub(super) fn tagged(tag: &str, expression: &str) -> String {
    format!(r#"label_replace({expression},"{TAG}",{},"","")"#, quote(tag))
}

/// The parts side by side, each tagged.
pub(super) fn combined<'a>(parts: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let parts: Vec<_> = parts.into_iter().map(|(tag, expression)| tagged(tag, &expression)).collect();
    parts.join(" or ")
}

/// The part of a query that a sample belongs to: the tag of a plain expression, or the name of a rule's series.
pub fn part_of<'a>(labels: &'a Labels<'_>) -> &'a str {
    labels.get(TAG).unwrap_or_else(|| labels.value("__name__"))
}

/// A PromQL string literal.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            // Control characters could end the literal or hide in a log.
            control if control.is_control() => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// The text as a regular expression that matches nothing else.
///
/// Of what needs no escape nothing has one, `-` among it: Prometheus 2 looks up the names of an alternation in its index only
/// where it knows each escape (`findSetMatches` in tsdb/querier.go), and else tries the expression on every value of the label.
/// Gauges of a third of 10,000 servers took it 0.6 s so, and 4.8 to 6.3 s with an escaped `-` in their names.
fn escape_regex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_break_out_of_their_matcher() {
        let hostile = "a\"} or up{x=\"\\\n.*";
        assert_eq!(
            Selector::equal(&[("instance", hostile)]).to_string(),
            r#"instance="a\"} or up{x=\"\\\U0000000a.*""#
        );
        let any = Selector::any_of("instance", ["c|d", "a-b.c:9100", hostile]).to_string();
        assert_eq!(any, r#"instance=~"a\"\\} or up\\{x=\"\\\\\U0000000a\\.\\*|a-b\\.c:9100|c\\|d""#);
        for selector in [any, Selector::equal(&[("instance", hostile)]).to_string()] {
            promql_parser::parser::parse(&format!("up{{{selector}}}")).unwrap();
        }
    }

    #[test]
    fn no_value_matches_nothing() {
        assert_eq!(Selector::any_of("job", []).to_string(), r#"job="",job!="""#);
    }
}
