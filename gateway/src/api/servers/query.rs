//! `?filter=&sort=&offset=&limit=`.

use std::fmt;

use crate::error::ApiError;
use crate::params::Params;

use super::filter::ServerFilter;
use super::sort::Sort;

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// Which rows, in which order. Two that are equal have the same page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServersQuery {
    pub(super) filter: ServerFilter,
    pub(super) sort: Sort,
    pub(super) offset: usize,
    pub(super) limit: usize,
}

impl ServersQuery {
    pub fn parse(mut params: Params<'_>) -> Result<Self, ApiError> {
        let query = Self {
            filter: ServerFilter::of_servers(&params.take("filter")?.unwrap_or_default())?,
            sort: params.take("sort")?.map_or(Ok(Sort::default()), |text| Sort::parse(&text))?,
            offset: params.take_number("offset", 0..=usize::MAX)?.unwrap_or(0),
            limit: params.take_number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT),
        };
        params.finish()?;
        Ok(query)
    }
}

/// Empty for the default query, else with `?`; what it writes, `parse` reads.
impl fmt::Display for ServersQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if !self.filter.text().is_empty() {
            pairs.append_pair("filter", self.filter.text());
        }
        if self.sort != Sort::default() {
            pairs.append_pair("sort", &self.sort.to_string());
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
