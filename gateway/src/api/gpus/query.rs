//! The parameters of `/api/v1/gpus`: which rows, in which order.

use std::cmp::{Ordering, Reverse};
use std::fmt;

use crate::api::servers::{Filter, Filterable as _};
use crate::error::ApiError;
use crate::params::{Params, not_allowed, refused};
use crate::wire::gpu::GpuWarningKind;

use super::row::{COLUMNS, Column, GroupBy, Row};

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;
const MAX_NAME_BYTES: usize = 200;

/// Which rows, in which order. Two that are equal have the same page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GpusQuery {
    pub(super) filter: Filter<Column>,
    pub(super) sort: Sort,
    pub(super) group: Option<GroupBy>,
    /// Only the rows of this group.
    pub(super) of: Option<String>,
    pub(super) offset: usize,
    pub(super) limit: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sort {
    key: Key,
    is_descending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// What needs somebody first.
    Severity,
    Server,
    Model,
    Value(Column),
}

impl GpusQuery {
    pub fn parse(mut params: Params<'_>) -> Result<Self, ApiError> {
        let group = params.take("group")?.map(parse_group).transpose()?;
        let of = params.take("of")?;
        if of.is_some() && group.is_none() {
            return Err(refused("of", "`of` names a group, and there is no `group`".to_owned()));
        }
        let query = Self {
            filter: Filter::parse(&params.take("filter")?.unwrap_or_default(), COLUMNS)?,
            sort: params.take("sort")?.map_or(Ok(Sort::SEVERITY), |text| Sort::parse(&text))?,
            group,
            of,
            offset: params.take_number("offset", 0..=usize::MAX)?.unwrap_or(0),
            limit: params.take_number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT),
        };
        params.finish()?;
        Ok(query)
    }
}

fn parse_group(name: String) -> Result<GroupBy, ApiError> {
    match name.as_str() {
        "server" => Ok(GroupBy::Server),
        "model" => Ok(GroupBy::Model),
        "mig" => Ok(GroupBy::Mig),
        "" => Err(not_allowed("group", "", "server, model, mig, or the name of a label")),
        _ if name.len() > MAX_NAME_BYTES => {
            let message = format!("`group` has {} bytes; allowed: at most {MAX_NAME_BYTES}", name.len());
            Err(refused("group", message))
        }
        _ => Ok(GroupBy::Label(name)),
    }
}

impl GroupBy {
    fn name(&self) -> &str {
        match self {
            GroupBy::Server => "server",
            GroupBy::Model => "model",
            GroupBy::Mig => "mig",
            GroupBy::Label(name) => name,
        }
    }
}

impl Sort {
    const SEVERITY: Self = Self { key: Key::Severity, is_descending: true };

    fn parse(text: &str) -> Result<Self, ApiError> {
        let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let column = || COLUMNS.iter().find(|(known, _)| *known == name).map(|&(_, column)| Key::Value(column));
        let key = match name {
            "severity" => Some(Key::Severity),
            "server" => Some(Key::Server),
            "model" => Some(Key::Model),
            _ => column(),
        };
        let names = || ["severity", "server", "model"].into_iter().chain(COLUMNS.iter().map(|(name, _)| *name));
        let allowed = || format!("{}; with a leading `-` for descending", names().collect::<Vec<_>>().join(", "));
        Ok(Self { key: key.ok_or_else(|| not_allowed("sort", text, allowed()))?, is_descending })
    }

    /// A row without a value comes last, whichever the direction; rows that are equal stay by server and number.
    pub(super) fn order(self, rows: &mut [Row<'_>]) {
        let turn = |ordering: Ordering| if self.is_descending { ordering.reverse() } else { ordering };
        // Stable: the GPUs of a server come in their order.
        rows.sort_by(|a, b| a.name.cmp(b.name));
        rows.sort_by(|a, b| match self.key {
            Key::Server => turn(a.name.cmp(b.name)),
            Key::Model => turn(a.gpu.name.cmp(&b.gpu.name)),
            Key::Severity => turn(worst(a).cmp(&worst(b))),
            Key::Value(column) => match (a.value(column), b.value(column)) {
                (Some(a), Some(b)) => turn(a.total_cmp(&b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
        });
    }

    fn name(self) -> &'static str {
        match self.key {
            Key::Severity => "severity",
            Key::Server => "server",
            Key::Model => "model",
            Key::Value(column) => COLUMNS.iter().find(|(_, known)| *known == column).map_or("severity", |it| it.0),
        }
    }
}

/// The higher, the worse; nothing is best.
fn worst(row: &Row<'_>) -> Option<Reverse<GpuWarningKind>> {
    row.gpu.warnings.iter().map(|it| Reverse(it.kind)).max()
}

/// Empty for the default query, else with `?`; what it writes, `parse` reads.
impl fmt::Display for GpusQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if !self.filter.text().is_empty() {
            pairs.append_pair("filter", self.filter.text());
        }
        if self.sort != Sort::SEVERITY {
            let sign = if self.sort.is_descending { "-" } else { "" };
            pairs.append_pair("sort", &format!("{sign}{}", self.sort.name()));
        }
        if let Some(group) = &self.group {
            pairs.append_pair("group", group.name());
        }
        if let Some(of) = &self.of {
            pairs.append_pair("of", of);
        }
        if self.offset != 0 {
            pairs.append_pair("offset", &self.offset.to_string());
        }
        if self.limit != DEFAULT_LIMIT {
            pairs.append_pair("limit", &self.limit.to_string());
        }
        match pairs.finish() {
            pairs if pairs.is_empty() => Ok(()),
            pairs => write!(formatter, "?{pairs}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<GpusQuery, ApiError> {
        GpusQuery::parse(Params::parse(Some(query))?)
    }

    #[test]
    fn what_is_written_is_read() {
        for query in ["", "filter=temperature%3E80+model%3AH100&sort=-idle&group=model&of=NVIDIA+H100&offset=5&limit=7"]
        {
            let parsed = parse(query).unwrap();
            assert_eq!(parsed.to_string().trim_start_matches('?'), query);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |query: &str| parse(query).unwrap_err().to_string();
        insta::assert_snapshot!(error("sort=colour"), @"`sort` is `colour`; allowed: severity, server, model, utilization, tensor, memory, temperature, power, clock, ecc, xid, processes, idle, lost, warnings; with a leading `-` for descending");
        insta::assert_snapshot!(error("filter=cpu>1"), @"`filter`, character 1: `cpu` cannot be compared; allowed: utilization, tensor, memory, temperature, power, clock, ecc, xid, processes, idle, lost, warnings");
        insta::assert_snapshot!(error("of=x"), @"`of` names a group, and there is no `group`");
        insta::assert_snapshot!(error("group="), @"`group` is ``; allowed: server, model, mig, or the name of a label");
        insta::assert_snapshot!(error("limit=0"), @"`limit` is `0`; allowed: a whole number from 1 to 1000");
    }
}
