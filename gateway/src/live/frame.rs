//! Frames: what only one connection is sent, around what all share.

use std::time::Duration;

use serde::Serialize;

use crate::answers::{Body, END_OF_FRAME};
use crate::error::ApiError;
use crate::websocket::{End, Opcode, WebSocket, stored};
use crate::wire::live::{LiveFailure, LiveUnchanged};

/// A shorter body is not worth deflating.
const MIN_DEFLATED_BYTES: usize = 512;

/// A message that is ready to be sent.
pub(super) struct Frame<'a> {
    /// What is counted.
    pub kind: &'static str,
    /// What comes before the body, or all of it.
    start: String,
    body: Option<&'a Body>,
}

impl<'a> Frame<'a> {
    /// The answer, whose body is not copied.
    pub(super) fn update(resource: &str, at: f64, body: &'a Body) -> Self {
        Self::around(body, "update", "body", resource, at)
    }

    /// What makes it of the list sent before.
    pub(super) fn delta(resource: &str, at: f64, delta: &'a Body) -> Self {
        Self::around(delta, "delta", "delta", resource, at)
    }

    fn around(body: &'a Body, kind: &'static str, field: &str, resource: &str, at: f64) -> Self {
        let mut start = to_json(&LiveUnchanged { resource, at });
        // The frame goes on.
        start.truncate(start.len() - END_OF_FRAME.len());
        start.push_str(&format!(",\"{field}\":"));
        Self { kind, start, body: Some(body) }
    }

    /// For who has been sent the same body before.
    pub(super) fn unchanged(resource: &str, at: f64) -> Self {
        Self { kind: "unchanged", start: to_json(&LiveUnchanged { resource, at }), body: None }
    }

    /// What went wrong.
    pub(super) fn failure(resource: Option<&str>, error: &ApiError) -> Self {
        let start = to_json(&LiveFailure { resource, error: error.body() });
        Self { kind: "error", start, body: None }
    }

    /// Sends it; returns how many bytes that was.
    pub(super) async fn send(&self, socket: &mut WebSocket, limit: Duration) -> Result<usize, End> {
        let start = self.start.as_bytes();
        let body = match self.body {
            None => {
                socket.send(Opcode::Text, false, start, [b"", b""], limit).await?;
                return Ok(start.len());
            }
            Some(body) => body,
        };
        if socket.may_deflate() && body.json().len() >= MIN_DEFLATED_BYTES {
            let mut block = Vec::with_capacity(start.len() + 5);
            stored(start, &mut block);
            socket.send(Opcode::Text, true, &block, [body.deflated(), b""], limit).await?;
            return Ok(block.len() + body.deflated().len());
        }
        socket.send(Opcode::Text, false, start, [body.json(), END_OF_FRAME], limit).await?;
        Ok(start.len() + body.json().len() + END_OF_FRAME.len())
    }
}

fn to_json(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).expect("strings and numbers serialise")
}
