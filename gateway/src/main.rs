//! The `sightline-gateway` program.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(sightline_gateway::router::openapi_json().as_bytes())
}
