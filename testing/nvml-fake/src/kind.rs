//! The GPU kinds: what each model answers when a scenario says no more than its name.

use toml::{Table, Value};

const KINDS: [(&str, &str); 3] = [
    ("a100", include_str!("../kinds/a100.toml")),
    ("h100", include_str!("../kinds/h100.toml")),
    ("t4", include_str!("../kinds/t4.toml")),
];

/// Lays a scenario's GPU over its kind, and gives it the identity of its place where it names none.
pub(crate) fn complete(gpu: Table, index: usize) -> Result<Table, String> {
    let kind = gpu.get("kind").and_then(Value::as_str).ok_or_else(|| format!("gpu {index} names no `kind`"))?;
    let (_, preset) = KINDS
        .iter()
        .find(|(name, _)| *name == kind)
        .ok_or_else(|| format!("gpu {index}: there is no kind `{kind}`; known: {:?}", KINDS.map(|(name, _)| name)))?;

    let mut complete: Table = preset.parse().map_err(|error| format!("kind `{kind}`: {error}"))?;
    complete.insert("uuid".to_owned(), format!("GPU-00000000-0000-4000-8000-{index:012}").into());
    complete.insert("pci_bus_id".to_owned(), format!("00000000:{:02X}:00.0", 0x10 + index).into());
    overlay(&mut complete, gpu);
    Ok(complete)
}

/// Tables are merged, everything else is replaced.
fn overlay(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => overlay(below, above),
            (_, value) => drop(below.insert(key, value)),
        }
    }
}
