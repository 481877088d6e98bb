//! `GET /api/v1/gpus`: one row per GPU over all servers.

mod group;
mod query;
mod row;

use std::sync::Arc;

use axum::extract::{RawQuery, State};

use crate::answers::Answer;
use crate::app::App;
use crate::error::ApiError;
use crate::gpus::fleet::FleetGpus;
use crate::params::Params;
use crate::publish::Published;
use crate::resource::Resource;
use crate::wire::error::ErrorBody;
use crate::wire::gpu::GpuList;

pub use query::GpusQuery;
use row::Row;

/// A page of the GPUs of all servers.
#[utoipa::path(
    get,
    path = "/api/v1/gpus",
    tag = "fleet",
    params(
        ("filter" = Option<String>, Query, description = "Terms that must all hold, as for servers: a word found in the \
            server's name, instance, job or labels or the GPU's model, UUID or MIG profile; `status:down`; `model:H100`; \
            `role=ai`; a comparison such as `temperature>80` on utilization, tensor, memory, temperature, power (share of \
            the limit), clock (Hz), ecc (uncorrected errors), xid (the last one's number), processes, idle (hours for \
            which it was reserved but idle), lost (1 or 0) or warnings; `!` before a term turns it around. At most 200 \
            characters."),
        ("sort" = Option<String>, Query, description = "One of server, model or a column that can be compared; descending \
            with a leading `-`. Default: what needs somebody first, then by server."),
        ("group" = Option<String>, Query, description = "What groups them: `server`, `model`, `mig`, or a label of the \
            servers."),
        ("of" = Option<String>, Query, description = "Only the rows of the group of this name; needs `group`."),
        ("offset" = Option<u64>, Query, description = "How many rows to skip. Default: 0."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000, description = "The largest number of rows, 1 to \
            1000. Default: 100."),
    ),
    responses(
        (status = 200, description = "The GPUs that match.", body = GpuList),
        (status = 400, description = "A parameter is wrong.", body = ErrorBody),
        (status = 503, description = "There is no snapshot yet, or Prometheus does not answer.", body = ErrorBody),
    )
)]
pub async fn list_gpus(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Answer, ApiError> {
    let query = GpusQuery::parse(Params::parse(query.as_deref())?)?;
    app.answer(&Resource::Gpus(query)).await
}

/// The page that a query asks for.
pub fn list(published: &Published, gpus: &FleetGpus, query: &GpusQuery) -> Result<GpuList, ApiError> {
    let (snapshot, head) = published.snapshot_or_error()?;
    let all = gpus.0.iter().map(|placed| Row::new(placed, snapshot));
    let mut rows: Vec<Row<'_>> = all.filter(|row| query.filter.matches(row)).collect();
    let summary = group::sum(String::new(), &rows);
    let groups = query.group.as_ref().map(|by| group::groups(by, &rows)).unwrap_or_default();
    if let (Some(by), Some(of)) = (&query.group, &query.of) {
        rows.retain(|row| row.group(by) == of);
    }
    query.sort.order(&mut rows);
    Ok(GpuList {
        at: head.at,
        age_seconds: head.age_seconds,
        stale: head.stale,
        interval_seconds: head.interval_seconds,
        total: gpus.0.len(),
        matched: rows.len(),
        offset: query.offset,
        limit: query.limit,
        summary,
        groups,
        gpus: rows.iter().skip(query.offset).take(query.limit).map(Row::to_wire).collect(),
    })
}
