//! What can be asked for and subscribed to: one way from a path to a resource, and from a resource to its answer, for
//! GET and for the WebSocket. So a frame is what GET would answer.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::api::gpus::GpusQuery;
use crate::api::map::MapQuery;
use crate::api::servers::ServersQuery;
use crate::error::ApiError;
use crate::params::Params;

/// A resource of the newest snapshot. Two that are equal have the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    Health,
    Overview,
    Alerts,
    Gpus(GpusQuery),
    Map(MapQuery),
    Servers(ServersQuery),
    /// By id.
    Server(String),
}

/// What may stand in a path segment as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

impl Resource {
    /// Parses a path with its query, as a subscription names it.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
        let params = Params::parse(query)?;
        match path {
            "/api/health" => params.finish().map(|()| Resource::Health),
            "/api/v1/overview" => params.finish().map(|()| Resource::Overview),
            "/api/v1/alerts" => params.finish().map(|()| Resource::Alerts),
            "/api/v1/gpus" => GpusQuery::parse(params).map(Resource::Gpus),
            "/api/v1/map" => MapQuery::parse(params).map(Resource::Map),
            "/api/v1/servers" => ServersQuery::parse(params).map(Resource::Servers),
            _ => {
                let not_found = || ApiError::NoSuchPath { path: path.to_owned() };
                let segment = path.strip_prefix("/api/v1/servers/").ok_or_else(not_found)?;
                let is_one = !segment.is_empty() && !segment.contains('/');
                let id = percent_decode_str(segment).decode_utf8().ok().filter(|_| is_one).ok_or_else(not_found)?;
                params.finish().map(|()| Resource::Server(id.into_owned()))
            }
        }
    }
}

/// The path that [`Resource::parse`] reads.
impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resource::Health => formatter.write_str("/api/health"),
            Resource::Overview => formatter.write_str("/api/v1/overview"),
            Resource::Alerts => formatter.write_str("/api/v1/alerts"),
            Resource::Gpus(query) => write!(formatter, "/api/v1/gpus{query}"),
            Resource::Map(query) => write!(formatter, "/api/v1/map{query}"),
            Resource::Servers(query) => write!(formatter, "/api/v1/servers{query}"),
            Resource::Server(id) => write!(formatter, "/api/v1/servers/{}", utf8_percent_encode(id, SEGMENT)),
        }
    }
}
