//! NVML field values: which are asked for together, and the answers by the same key.

use std::sync::Arc;

use crate::sample::Value;

/// A field, and what part of the GPU it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FieldKey {
    pub(super) id: u32,
    pub(super) scope: u32,
}

impl FieldKey {
    /// The sum over all links, for fields that have one value per link.
    const ALL_LINKS: u32 = u32::MAX;

    pub(super) const fn of_gpu(id: u32) -> Self {
        Self { id, scope: 0 }
    }

    pub(super) const fn of_all_links(id: u32) -> Self {
        Self { id, scope: Self::ALL_LINKS }
    }

    pub(super) const fn of_link(id: u32, link: u32) -> Self {
        Self { id, scope: link }
    }

    /// The id that a driver uses: 580.82 gave 251–273 other numbers than those before it.
    pub(super) fn driver_id(self, renumbered: bool) -> u32 {
        match self.id {
            251..=255 if renumbered => self.id + 18,
            256..=273 if renumbered => self.id - 5,
            id => id,
        }
    }
}

/// The answers to a list of fields.
#[derive(Debug, Default)]
pub(super) struct FieldValues {
    asked: Arc<[FieldKey]>,
    /// One per key asked for, in that order.
    answers: Vec<Option<Value>>,
}

impl FieldValues {
    /// `asked` has to be sorted; see [`sorted`].
    pub(super) fn new(asked: Arc<[FieldKey]>, answers: Vec<Option<Value>>) -> Self {
        Self { asked, answers }
    }

    pub(super) fn get(&self, key: FieldKey) -> Option<Value> {
        let at = self.asked.binary_search(&key).ok()?;
        *self.answers.get(at)?
    }

    pub(super) fn get_f64(&self, key: FieldKey) -> Option<f64> {
        self.get(key).map(as_f64)
    }
}

/// The keys to ask for, each once.
pub(super) fn sorted(keys: impl IntoIterator<Item = FieldKey>) -> Arc<[FieldKey]> {
    let mut keys: Vec<FieldKey> = keys.into_iter().collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into()
}

#[expect(clippy::cast_precision_loss, reason = "a rate or a number of seconds needs no more than 53 bits")]
fn as_f64(value: Value) -> f64 {
    match value {
        Value::Unsigned(value) => value as f64,
        Value::Signed(value) => value as f64,
        Value::Float(value) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_found_by_field_and_scope() {
        let keys = sorted([FieldKey::of_all_links(138), FieldKey::of_gpu(82), FieldKey::of_gpu(82)]);
        assert_eq!(keys.len(), 2);
        let values = FieldValues::new(keys, vec![Some(Value::Unsigned(61)), None]);
        assert_eq!(values.get_f64(FieldKey::of_gpu(82)), Some(61.0));
        assert_eq!(values.get_f64(FieldKey::of_all_links(138)), None, "asked for, not answered");
        assert_eq!(values.get_f64(FieldKey::of_gpu(1)), None, "not asked for");
    }

    #[test]
    fn renumbered_drivers_get_the_new_ids() {
        let ids = [250, 251, 255, 256, 273, 274].map(|id| FieldKey::of_gpu(id).driver_id(true));
        assert_eq!(ids, [250, 269, 273, 251, 268, 274]);
        assert_eq!(FieldKey::of_gpu(251).driver_id(false), 251);
    }
}
