//! Several files' families as one: who is right when two say something different, and which series are given twice.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::rendered::{Rendered, RenderedFamily, RenderedMetric};
use crate::sample::{Families, Kind};

/// A file whose content is good.
pub(super) struct File {
    pub(super) path: String,
    pub(super) content: Arc<Rendered>,
}

/// What files disagree on, and how many series were left out for being there already.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Merged {
    pub(super) conflicts: Vec<String>,
    pub(super) duplicates: usize,
}

/// A family, and the parts of it that are exposed.
struct Whole<'f> {
    kind: Kind,
    help: Option<&'f str>,
    parts: Vec<(&'f File, &'f RenderedFamily)>,
}

/// Writes the families of all files, in which an earlier file is right against a later one.
pub(super) fn write(files: &[File], out: &mut Families) -> Merged {
    let mut merged = Merged::default();
    let mut families: Vec<(&str, Whole<'_>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut owners: HashMap<String, &str> = HashMap::new();
    for file in files {
        merged.duplicates += file.content.duplicates;
        for family in &file.content.families {
            let place = places.get(family.name.as_str()).copied();
            let known = place.map(|place| &families[place].1);
            if let Err(conflict) = check(family, known, &owners) {
                merged.conflicts.push(format!("{}: {conflict}", file.path));
                continue;
            }
            let place = place.unwrap_or_else(|| {
                owners.extend(exposed(family).map(|name| (name, family.name.as_str())));
                places.insert(&family.name, families.len());
                families.push((&family.name, Whole { kind: family.kind, help: None, parts: Vec::new() }));
                families.len() - 1
            });
            let whole = &mut families[place].1;
            whole.help = whole.help.or(family.help.as_deref());
            whole.parts.push((file, family));
        }
    }
    for (name, whole) in families {
        merged.duplicates += write_family(name, &whole, out);
    }
    merged
}

/// Whether the family can stand beside those of earlier files.
fn check(family: &RenderedFamily, known: Option<&Whole<'_>>, owners: &HashMap<String, &str>) -> Result<(), String> {
    let name = &family.name;
    if let Some(known) = known {
        if known.kind != family.kind {
            return Err(format!("`{name}` has another TYPE than in an earlier file"));
        }
        if family.help.as_deref().is_some_and(|help| known.help.is_some_and(|known| known != help)) {
            return Err(format!("`{name}` has another HELP than in an earlier file"));
        }
    }
    let other = exposed(family).find_map(|exposed| owners.get(&exposed).filter(|owner| *owner != name));
    other.map_or(Ok(()), |other| Err(format!("series of `{name}` would be taken for those of `{other}`")))
}

/// The names that a family's series have.
fn exposed(family: &RenderedFamily) -> impl Iterator<Item = String> {
    let suffixes: &[&str] = match family.kind {
        Kind::Histogram => &["", "_bucket", "_sum", "_count"],
        Kind::Summary => &["", "_sum", "_count"],
        Kind::Counter | Kind::Gauge | Kind::Untyped => &[""],
    };
    suffixes.iter().map(|suffix| format!("{}{suffix}", family.name))
}

/// Answers how many series were left out because an earlier file has them.
fn write_family(name: &str, whole: &Whole<'_>, out: &mut Families) -> usize {
    let help = whole.help.map_or_else(
        || {
            let paths: Vec<&str> = whole.parts.iter().map(|(file, _)| file.path.as_str()).collect();
            format!("Metric read from {}", paths.join(", "))
        },
        str::to_owned,
    );
    let declared = out.declare_foreign(whole.kind, name, &help);
    let mut seen = HashSet::new();
    let mut duplicates = 0;
    for (file, family) in &whole.parts {
        for RenderedMetric { key, lines } in &family.metrics {
            // Within one file, the parser has seen to it.
            if whole.parts.len() > 1 && !seen.insert(key) {
                duplicates += lines.len();
                continue;
            }
            for line in file.content.series.lines.get(lines.clone()).unwrap_or_default() {
                out.copy(declared, &file.content.series, line);
            }
        }
    }
    duplicates
}

#[cfg(test)]
mod tests {
    use super::super::parser;
    use super::*;
    use crate::exposition::{Format, encode};

    fn merged(contents: &[&str]) -> (String, Merged) {
        let parse = |content: &&str| Arc::new(Rendered::new(parser::parse(content.as_bytes()).unwrap()));
        let files =
            contents.iter().enumerate().map(|(n, content)| File { path: format!("{n}.prom"), content: parse(content) });
        let mut out = Families::default();
        let merged = write(&files.collect::<Vec<_>>(), &mut out);
        let mut text = Vec::new();
        assert_eq!(encode(&out, Format::Text, &mut text), 0);
        (String::from_utf8(text).unwrap(), merged)
    }

    #[test]
    fn families_of_several_files_are_one() {
        let (text, merged) = merged(&[
            "a{x=\"1\"} 1\n",
            "# HELP a Told.\na 2\na{y=\"2\"} 3\na{x=\"1\"} 4\n",
            "b 1\n",
            "b 2\nb{x=\"1\"} 3\n",
        ]);
        insta::assert_snapshot!(text, @r#"
        # HELP a Told.
        # TYPE a untyped
        a{x="",y=""} 2
        a{x="",y="2"} 3
        a{x="1"} 1
        # HELP b Metric read from 2.prom, 3.prom
        # TYPE b untyped
        b 1
        b{x="1"} 3
        "#);
        assert_eq!(merged, Merged { conflicts: vec![], duplicates: 2 });
    }

    #[test]
    fn the_first_file_is_right() {
        let (text, merged) = merged(&[
            "# HELP a One.\na 1\n# TYPE b gauge\nb 1\n",
            "# HELP a Two.\na{x=\"1\"} 2\n# TYPE b counter\nb{x=\"1\"} 2\n",
            "# HELP a One.\na{x=\"1\"} 3\n",
        ]);
        insta::assert_snapshot!(text, @r#"
        # HELP a One.
        # TYPE a untyped
        a 1
        a{x="1"} 3
        # HELP b Metric read from 0.prom
        # TYPE b gauge
        b 1
        "#);
        assert_eq!(
            merged.conflicts,
            [
                "1.prom: `a` has another HELP than in an earlier file",
                "1.prom: `b` has another TYPE than in an earlier file"
            ]
        );
    }

    #[test]
    fn histograms_are_not_mixed_and_their_names_are_theirs() {
        let histogram = |le| format!("# TYPE h histogram\nh_bucket{{le=\"{le}\"}} 1\nh_count 1\n");
        let (text, merged) = merged(&[&histogram("1"), &histogram("2"), "h_count 7\n"]);
        insta::assert_snapshot!(text, @r#"
        # HELP h Metric read from 0.prom, 1.prom
        # TYPE h histogram
        h_bucket{le="1"} 1
        h_bucket{le="+Inf"} 1
        h_sum 0
        h_count 1
        "#);
        assert_eq!(merged.duplicates, 4);
        assert_eq!(merged.conflicts, ["2.prom: series of `h_count` would be taken for those of `h`"]);
    }
}
