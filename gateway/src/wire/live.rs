//! `/api/v1/live`: what goes to and fro on the WebSocket.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::alert::AlertList;
use super::delta::ListDelta;
use super::error::ErrorBody;
use super::gpu::GpuList;
use super::health::Health;
use super::map::FleetMap;
use super::overview::Overview;
use super::server::ServerList;
use super::server_detail::ServerDetail;

/// What a client sends, one JSON object a message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum LiveRequest {
    Subscribe(Subscribe),
    Unsubscribe(Unsubscribe),
}

/// Asks for a resource now and on every tick.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscribe {
    /// The path of a resource, as for GET.
    #[schema(example = "/api/v1/servers?sort=-cpu&limit=50")]
    pub subscribe: String,
    /// Whether a list may come as `LiveDelta`. Default: false.
    #[serde(default)]
    #[schema(default = false)]
    pub deltas: bool,
}

/// Ends a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unsubscribe {
    /// The same string that `subscribe` had.
    #[schema(example = "/api/v1/servers?sort=-cpu&limit=50")]
    pub unsubscribe: String,
}

/// What the gateway sends, one JSON object a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum LiveFrame<'a> {
    Update(LiveUpdate<'a>),
    Delta(LiveDelta<'a>),
    Unchanged(LiveUnchanged<'a>),
    Failure(LiveFailure<'a>),
}

/// The resource as GET would answer it now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveUpdate<'a> {
    /// The string that was subscribed to.
    pub resource: &'a str,
    /// When this frame was made, in unix seconds.
    pub at: f64,
    #[schema(value_type = LiveBody)]
    pub body: &'a RawValue,
}

/// How the body that was sent before becomes the one that GET would answer now, for who subscribed with `deltas`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveDelta<'a> {
    /// The string that was subscribed to.
    pub resource: &'a str,
    /// When this frame was made, in unix seconds.
    pub at: f64,
    #[schema(value_type = ListDelta)]
    pub delta: &'a RawValue,
}

/// Nothing but `at` and `age_seconds` differs from the body sent before.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveUnchanged<'a> {
    /// The string that was subscribed to.
    pub resource: &'a str,
    /// When this frame was made, in unix seconds.
    pub at: f64,
}

/// The resource cannot be had (the subscription stays), or the message was not understood.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveFailure<'a> {
    /// The string that was subscribed to; null when the message did not name one.
    pub resource: Option<&'a str>,
    pub error: ErrorBody,
}

/// Every body that a frame can carry. It exists for the schema; bodies travel already serialised.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "none is ever made")]
pub enum LiveBody {
    Overview(Overview),
    Gpus(GpuList),
    Map(FleetMap),
    Servers(ServerList),
    Server(ServerDetail),
    Alerts(AlertList),
    Health(Health),
}
