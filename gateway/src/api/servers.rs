//! `GET /api/v1/servers` and `GET /api/v1/servers/{id}`.

mod filter;
mod query;
mod sort;

use std::sync::Arc;

use axum::extract::{RawQuery, State};

use crate::answers::Answer;
use crate::app::App;
use crate::details::Details;
use crate::error::ApiError;
use crate::gpus::read::assign;
use crate::params::{Params, PathParams};
use crate::publish::Published;
use crate::resource::Resource;
use crate::wire::error::ErrorBody;
use crate::wire::server::{ServerList, ServerRow};
use crate::wire::server_detail::ServerDetail;

pub(crate) use filter::{Filter, Filterable, ServerFilter};
pub use query::ServersQuery;
pub(crate) use sort::{MapColumn, by_name};

/// A page of the servers, from the newest snapshot.
#[utoipa::path(
    get,
    path = "/api/v1/servers",
    tag = "fleet",
    params(
        ("filter" = Option<String>, Query, description = "Terms that must all hold: a word found in the name, instance, \
            job or labels; `status:down` (or `up`, `stale`); a comparison such as `cpu>0.9` or `gpu.temperature>=80` on \
            cpu, memory, filesystem, load, network, disk, gpu, gpus, gpu.memory, gpu.temperature, gpu.warnings, \
            temperature, uptime or alerts; `!` before a term turns it around. At most 200 characters."),
        ("sort" = Option<String>, Query, description = "One of name, status, cpu, memory, filesystem, load, network, \
            disk, gpu, temperature, uptime, alerts, severity; descending with a leading `-`. Default: the worst first."),
        ("offset" = Option<u64>, Query, description = "How many rows to skip. Default: 0."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000, description = "The largest number of rows, 1 to \
            1000. Default: 100."),
    ),
    responses(
        (status = 200, description = "The rows that match.", body = ServerList),
        (status = 400, description = "A parameter is wrong.", body = ErrorBody),
        (status = 503, description = "There is no snapshot yet.", body = ErrorBody),
    )
)]
pub async fn list_servers(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Answer, ApiError> {
    let query = ServersQuery::parse(Params::parse(query.as_deref())?)?;
    app.answer(&Resource::Servers(query)).await
}

/// One server, everything.
#[utoipa::path(
    get,
    path = "/api/v1/servers/{id}",
    tag = "fleet",
    params(("id" = String, Path, description = "The server's id, percent-encoded.", example = "web-1:9100")),
    responses(
        (status = 200, description = "The server at the instant of the newest snapshot.", body = ServerDetail),
        (status = 404, description = "There is no such server.", body = ErrorBody),
        (status = 503, description = "There is no snapshot yet.", body = ErrorBody),
    )
)]
pub async fn show_server(
    State(app): State<Arc<App>>,
    PathParams(id): PathParams<String>,
    RawQuery(query): RawQuery,
) -> Result<Answer, ApiError> {
    Params::parse(query.as_deref())?.finish()?;
    app.answer(&Resource::Server(id)).await
}

/// The page that a query asks for.
pub fn list(published: &Published, query: &ServersQuery) -> Result<ServerList, ApiError> {
    let (snapshot, head) = published.snapshot_or_error()?;
    let rows = snapshot.servers.iter().map(|server| &server.row);
    let mut rows: Vec<&Arc<ServerRow>> = rows.filter(|row| query.filter.matches(row.as_ref())).collect();
    let matched = rows.len();
    let page = query.sort.page(&mut rows, query.offset, query.limit);
    Ok(ServerList {
        at: head.at,
        age_seconds: head.age_seconds,
        stale: head.stale,
        interval_seconds: head.interval_seconds,
        total: snapshot.servers.len(),
        matched,
        offset: query.offset,
        limit: query.limit,
        servers: page.iter().map(|&row| Arc::clone(row)).collect(),
    })
}

/// The server with its details, or with why there are none: what the snapshot has is shown all the same.
pub fn detail(published: &Published, id: &str, details: Result<&Details, &ApiError>) -> Result<ServerDetail, ApiError> {
    let (snapshot, head) = published.snapshot_or_error()?;
    let server = snapshot.server(id).ok_or_else(|| ApiError::NotFound { kind: "server", id: id.to_owned() })?;
    let details_error = details.err().map(ToString::to_string);
    let mut details = details.cloned().unwrap_or_default();
    if let Some(gpu) = &server.row.gpu {
        assign(&mut details.gpus, &gpu.warnings);
    }
    Ok(ServerDetail {
        at: head.at,
        age_seconds: head.age_seconds,
        stale: head.stale,
        interval_seconds: head.interval_seconds,
        server: (*server.row).clone(),
        details_error,
        system: details.system,
        cpu: details.cpu,
        memory: details.memory,
        pressure: details.pressure,
        filesystems: details.filesystems,
        disks: details.disks,
        networks: details.networks,
        gpus: details.gpus,
        gpu_processes: details.gpu_processes,
        sensors: details.sensors,
        alerts: snapshot.alerts.iter().filter(|alert| alert.server.as_deref() == Some(id)).cloned().collect(),
    })
}
