//! The OpenAPI document: everything a client may rely on, generated from the handlers and the wire types.

use utoipa::openapi::{OpenApi, RefOr, Schema};
use utoipa::{Modify, OpenApi as _};

use crate::wire::delta::{ColumnDelta, ListDelta, LiveList, LiveRow};
use crate::wire::live::{
    LiveBody, LiveDelta, LiveFailure, LiveFrame, LiveRequest, LiveUnchanged, LiveUpdate, Subscribe, Unsubscribe,
};

/// What no handler says: the title, and the messages of the WebSocket, which OpenAPI has no path for.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Sightline",
        description = "A fleet of Linux and GPU servers, live. Numbers are base units (bytes, seconds, ratios from 0 to \
            1, °C, W); instants are unix seconds; a value that is missing is null.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(
        LiveRequest,
        Subscribe,
        Unsubscribe,
        LiveFrame,
        LiveUpdate,
        LiveDelta,
        ListDelta,
        ColumnDelta,
        LiveList,
        LiveRow,
        LiveUnchanged,
        LiveFailure,
        LiveBody
    ))
)]
struct Base;

/// The document's part that belongs to no route.
pub fn base() -> OpenApi {
    Base::openapi()
}

/// The finished document as it is committed and served.
pub fn render(mut document: OpenApi) -> String {
    AlwaysPresent.modify(&mut document);
    let mut json = serde_json::to_string_pretty(&document).expect("a document of strings and maps serialises");
    json.push('\n');
    json
}

/// Marks every property as required, but those that a client may leave out: the gateway writes all of them, `null` where
/// there is no value.
struct AlwaysPresent;

impl Modify for AlwaysPresent {
    fn modify(&self, document: &mut OpenApi) {
        let Some(components) = document.components.as_mut() else { return };
        components.schemas.values_mut().for_each(mark);
    }
}

fn mark(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let is_written =
                |schema: &RefOr<Schema>| !matches!(schema, RefOr::T(Schema::Object(it)) if it.default.is_some());
            let written = object.properties.iter().filter(|(_, schema)| is_written(schema));
            object.required = written.map(|(name, _)| name.clone()).collect();
        }
        // A type with another one's fields beside its own.
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(mark),
        _ => {}
    }
}
