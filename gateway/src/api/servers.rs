//! `GET /api/v1/servers` and `GET /api/v1/servers/{id}`.

use crate::wire::error::ErrorBody;
use crate::wire::server::ServerList;
use crate::wire::server_detail::ServerDetail;

/// A page of the servers, from the newest snapshot.
#[utoipa::path(
    get,
    path = "/api/v1/servers",
    tag = "fleet",
    params(
        ("filter" = Option<String>, Query, description = "Words that all must be found in the name, instance, job or \
            labels; `status:down` (or `up`, `stale`); comparisons such as `cpu>0.9` on the columns of `sort`."),
        ("sort" = Option<String>, Query, description = "One of name, status, cpu, memory, filesystem, load, network, \
            disk, gpu, temperature, uptime, alerts, severity; descending with a leading `-`. Default: the worst first."),
        ("offset" = Option<u64>, Query, description = "How many rows to skip. Default: 0."),
        ("limit" = Option<u64>, Query, description = "The largest number of rows, 1 to 1000. Default: 100."),
    ),
    responses(
        (status = 200, description = "The rows that match.", body = ServerList),
        (status = 400, description = "A parameter is wrong.", body = ErrorBody),
        (status = 503, description = "There is no snapshot yet.", body = ErrorBody),
    )
)]
pub async fn list_servers() -> http::StatusCode {
    http::StatusCode::SERVICE_UNAVAILABLE
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
        (status = 503, description = "There is no snapshot yet, or Prometheus does not answer.", body = ErrorBody),
    )
)]
pub async fn show_server() -> http::StatusCode {
    http::StatusCode::SERVICE_UNAVAILABLE
}
