//! `collect[]` and `exclude[]`: which collectors a scraper asks for.

use std::collections::BTreeSet;

use crate::collector;
use crate::scrape::Selection;

/// Reads the query string of a request for metrics; `enabled` are the collectors that are on.
///
/// Unknown parameters, and unknown names to exclude, are ignored as node_exporter ignores them.
pub(super) fn parse(query: &str, enabled: impl Iterator<Item = &'static str>) -> Result<Selection, String> {
    let values = |wanted: &str| -> BTreeSet<String> {
        let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == wanted);
        pairs.map(|(_, value)| value.into_owned()).collect()
    };
    let (collect, exclude) = (values("collect[]"), values("exclude[]"));
    if !collect.is_empty() && !exclude.is_empty() {
        return Err("Combined collect and exclude queries are not allowed.".into());
    }
    if !exclude.is_empty() {
        return Ok(Selection::Without(exclude));
    }
    if collect.is_empty() {
        return Ok(Selection::All);
    }
    let enabled: BTreeSet<&str> = enabled.collect();
    if let Some(name) = collect.iter().find(|name| !enabled.contains(name.as_str())) {
        let known = collector::ALL.iter().any(|it| it.name == name);
        return Err(format!("{} collector: {name}", if known { "disabled" } else { "missing" }));
    }
    Ok(Selection::Only(collect))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(query: &str) -> Result<Selection, String> {
        parse(query, ["cpu", "time"].into_iter())
    }

    #[test]
    fn names_are_collected_or_excluded() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(parsed(""), Ok(Selection::All));
        assert_eq!(parsed("other=1"), Ok(Selection::All));
        assert_eq!(parsed("collect[]=cpu&collect%5B%5D=time"), Ok(Selection::Only(names(&["cpu", "time"]))));
        assert_eq!(parsed("exclude[]=cpu&exclude[]=nobody"), Ok(Selection::Without(names(&["cpu", "nobody"]))));
    }

    #[test]
    fn what_cannot_be_collected_is_named() {
        assert_eq!(parsed("collect[]=nope"), Err("missing collector: nope".into()));
        assert_eq!(parsed("collect[]=loadavg"), Err("disabled collector: loadavg".into()));
        assert_eq!(
            parsed("collect[]=cpu&exclude[]=time"),
            Err("Combined collect and exclude queries are not allowed.".into())
        );
    }
}
