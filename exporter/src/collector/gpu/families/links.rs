//! NVLink: whether each is up, and its errors.

use super::{Labelled, write_by};
use crate::collector::gpu::field_key::FieldKey;
use crate::collector::gpu::values::Values;
use crate::sample::{Families, Kind, Value};

/// Errors of a link on Hopper: one field each, asked for per link.
const BY_SCOPE: [(u32, &str); 3] = [(163, "crc"), (162, "recovery"), (161, "replay")];

/// Errors of a link before Hopper: the fields of link 0 and of link 6; the others follow each of the two.
const BY_NUMBER: [(u32, u32, &str); 4] =
    [(39, 102, "crc_data"), (32, 96, "crc_flit"), (53, 114, "recovery"), (46, 108, "replay")];

/// Every field value about these links.
pub(in crate::collector::gpu) fn fields(links: impl Iterator<Item = u32>) -> impl Iterator<Item = FieldKey> {
    links.flat_map(|link| errors_of(link).map(|(key, _)| key))
}

pub(super) fn write(gpus: &[Labelled], out: &mut Families) {
    let up = (Kind::Gauge, "sightline_gpu_nvlink_up", "Whether the NVLink is active.");
    write_by(out, up, "link", gpus, |values, _| {
        values.links.iter().map(|link| (link.number.to_string(), Value::from(link.active))).collect()
    });

    let total = out.counter("sightline_gpu_nvlink_errors_total", "Errors of an NVLink, by type.");
    for gpu in gpus {
        let Some((values, _)) = gpu.values() else { continue };
        for (link, kind, count) in counted(values) {
            out.add_prefixed(total, &gpu.prefix, &[("link", &link.to_string()), ("type", kind)], count);
        }
    }
}

fn counted(values: &Values) -> impl Iterator<Item = (u32, &'static str, Value)> {
    let errors =
        values.links.iter().flat_map(|link| errors_of(link.number).map(|(key, kind)| (link.number, key, kind)));
    errors.filter_map(|(link, key, kind)| Some((link, kind, values.fields.get(key)?)))
}

/// The fields of one link's errors; a GPU answers one family of them or the other.
fn errors_of(link: u32) -> impl Iterator<Item = (FieldKey, &'static str)> {
    let by_scope = BY_SCOPE.into_iter().map(move |(id, kind)| (FieldKey::of_link(id, link), kind));
    let by_number = BY_NUMBER.into_iter().filter_map(move |(first, seventh, kind)| {
        let id = match link {
            0..6 => first + link,
            6..12 => seventh + link - 6,
            _ => return None,
        };
        Some((FieldKey::of_gpu(id), kind))
    });
    by_scope.chain(by_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_above_the_sixth_have_fields_of_their_own() {
        let keys: Vec<_> = fields([5, 6, 17].into_iter()).filter(|key| key.scope == 0).map(|key| key.id).collect();
        assert_eq!(keys, [44, 37, 58, 51, 102, 96, 114, 108]);
    }
}
