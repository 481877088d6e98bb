//! Families whose names come from the machine: declared when the first of their series is written.

use std::collections::HashMap;

use super::{Families, Family, Kind, Value};

pub(crate) struct NamedFamilies<'a> {
    out: &'a mut Families,
    declared: HashMap<String, Family>,
}

impl<'a> NamedFamilies<'a> {
    pub(crate) fn new(out: &'a mut Families) -> Self {
        NamedFamilies { out, declared: HashMap::new() }
    }

    /// Adds a series to the family `name`; a family that is not known yet gets this type and help.
    pub(crate) fn add(
        &mut self,
        (kind, name): (Kind, &str),
        help: impl FnOnce() -> String,
        labels: &[(&str, &str)],
        value: impl Into<Value>,
    ) {
        let family = match self.declared.get(name) {
            Some(&family) => family,
            None => {
                let family = self.out.declare(kind, name, &help());
                self.declared.insert(name.to_owned(), family);
                family
            }
        };
        self.out.add(family, labels, value);
    }
}

/// `text` as part of a metric's name: one underscore in place of whatever a name cannot have.
pub(crate) fn name_part(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        name.push_str(rest[..at].trim_end_matches('_'));
        name.push('_');
        rest = rest[at..].trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    }
    name + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_declared_once() {
        let mut out = Families::default();
        let mut named = NamedFamilies::new(&mut out);
        for disk in ["a", "b"] {
            named.add((Kind::Gauge, "size"), || "Size.".to_owned(), &[("disk", disk)], 1u64);
        }
        assert_eq!((out.heads.len(), out.lines.len()), (1, 2));
    }

    #[test]
    fn a_text_gives_a_valid_name() {
        assert_eq!(name_part("package"), "package");
        assert_eq!(name_part("package-0-die-1"), "package_0_die_1");
        assert_eq!(name_part("a_ -_b_"), "a_b_");
        assert_eq!(name_part("é"), "_");
    }
}
