//! `GET /api/v1/overview`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};

use crate::answers::Answer;
use crate::app::App;
use crate::error::ApiError;
use crate::params::Params;
use crate::publish::Published;
use crate::resource::Resource;
use crate::wire::error::ErrorBody;
use crate::wire::overview::{CpuTotal, DiskTotal, FilesystemTotal, GpuTotal, MemoryTotal, NetworkTotal, Overview};

/// The fleet in totals.
#[utoipa::path(
    get,
    path = "/api/v1/overview",
    tag = "fleet",
    responses(
        (status = 200, description = "The newest snapshot in totals.", body = Overview),
        (status = 503, description = "There is no snapshot yet.", body = ErrorBody),
    )
)]
pub async fn show_overview(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Answer, ApiError> {
    Params::parse(query.as_deref())?.finish()?;
    app.answer(&Resource::Overview).await
}

pub fn overview(published: &Published) -> Result<Overview, ApiError> {
    let (snapshot, head) = published.snapshot_or_error()?;
    let totals = &snapshot.totals;
    let gpu = GpuTotal {
        count: totals.gpu_count,
        utilization_ratio: totals.gpu_utilization_ratio,
        memory_used_bytes: totals.gpu_memory_used,
        memory_total_bytes: totals.gpu_memory_total,
        power_watts: totals.gpu_power,
    };
    Ok(Overview {
        at: head.at,
        age_seconds: head.age_seconds,
        stale: head.stale,
        interval_seconds: head.interval_seconds,
        error: published.error.as_deref().map(str::to_owned),
        warnings: snapshot.warnings.clone(),
        servers: snapshot.server_counts,
        alerts: snapshot.alert_counts,
        cpu: CpuTotal { used_ratio: totals.cpu_used_ratio, cores: totals.cores },
        memory: MemoryTotal { used_bytes: totals.memory_used, total_bytes: totals.memory_total },
        filesystem: FilesystemTotal { used_bytes: totals.filesystem_used, size_bytes: totals.filesystem_size },
        network: NetworkTotal {
            receive_bytes_per_second: totals.network_receive,
            transmit_bytes_per_second: totals.network_transmit,
        },
        disk: DiskTotal { read_bytes_per_second: totals.disk_read, written_bytes_per_second: totals.disk_written },
        gpu: (totals.gpu_count > 0).then_some(gpu),
        distribution: snapshot.distribution.clone(),
        worst: snapshot.worst.clone(),
    })
}
