//! `POST /-/gpu/release`, where it is allowed.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;

use super::App;
use crate::collector::gpu::release;
use crate::scrape::{DEFAULT_TIMEOUT, Selection};

/// Lets the collector take its turn, so that the answer tells whether NVML is closed.
pub(super) async fn release(State(app): State<Arc<App>>) -> (StatusCode, String) {
    release::request();
    let gpu = Selection::Only(BTreeSet::from(["gpu".to_owned()]));
    app.engine.scrape(gpu, DEFAULT_TIMEOUT, |_| ()).await;
    let seconds = release::RELEASED_FOR.as_secs();
    if release::is_closed() {
        tracing::info!("NVML is closed for {seconds} s, as asked by POST /-/gpu/release");
        return (StatusCode::OK, format!("NVML is closed for {seconds} s.\n"));
    }
    let text = "NVML is not closed: a call to the driver has not returned. It will be closed when it has.\n";
    (StatusCode::SERVICE_UNAVAILABLE, text.to_owned())
}
