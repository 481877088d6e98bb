//! What differs between a list and the one that was sent before: part of a frame of `/api/v1/live`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::gpu::{FleetGpu, GpuList};
use super::server::{ServerList, ServerRow};

/// How the list that was sent before becomes the list of now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListDelta {
    /// The list of now, without its rows.
    #[schema(value_type = LiveList)]
    pub list: Box<RawValue>,
    /// The field that has the list's rows.
    #[schema(example = "servers")]
    pub field: &'static str,
    /// For each row of now, which row it was before, counted from 0; null for one that was not there. Null when all are
    /// where they were.
    pub order: Option<Vec<Option<usize>>>,
    /// The rows that were not there, in the order of now.
    #[schema(value_type = Vec<LiveRow>)]
    pub added: Vec<Box<RawValue>>,
    /// What the others have now, by field.
    pub changed: BTreeMap<String, ColumnDelta>,
}

/// What one field has now in the rows where it is not what it was.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct ColumnDelta {
    /// Which rows of now, counted from 0. Null when it is all of them.
    pub rows: Option<Vec<usize>>,
    /// As many values.
    pub values: Vec<Value>,
}

/// A list whose rows may be sent as what differs. It exists for the schema.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum LiveList {
    Servers(ServerList),
    Gpus(GpuList),
}

/// A row of such a list. It exists for the schema.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum LiveRow {
    Server(ServerRow),
    Gpu(FleetGpu),
}
