//! What makes two questions the same question.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::{Arc, LazyLock};

/// Everything that can change an answer, in full. Its hash only finds it; equality compares every byte, so two questions
/// never share an answer because their hashes do.
#[derive(Clone, Debug)]
pub(crate) struct Identity(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: Box<str>,
    hash: u64,
}

/// One for the process, so that nobody outside can prepare collisions.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl Identity {
    /// The parts are joined with their lengths, so that no two lists of parts give one text.
    pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        use std::fmt::Write;
        let mut text = String::new();
        for part in parts {
            write!(text, "{}:{part};", part.len()).expect("writing to a string cannot fail");
        }
        let hash = HASHER.hash_one(&text);
        Self(Arc::new(Inner { text: text.into_boxed_str(), hash }))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.text.len()
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.hash == other.0.hash && self.0.text == other.0.text)
    }
}

impl Eq for Identity {}

impl Hash for Identity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

/// One entry of the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// The settled steps of one slot of a range question, whatever window they were asked in.
    Slot(Identity, i64),
    /// The newest steps of a range question, which may still change.
    Tail(Identity),
    /// A whole answer to exactly one question.
    Whole(Identity),
    /// What was sent for a request, byte for byte.
    Ready(Identity),
}

impl Key {
    pub(crate) fn identity(&self) -> &Identity {
        match self {
            Key::Slot(identity, _) | Key::Tail(identity) | Key::Whole(identity) | Key::Ready(identity) => identity,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_eq!(Identity::of(["a", "b"]), Identity::of(["a", "b"]));
        assert_ne!(Identity::of(["ab", ""]), Identity::of(["a", "b"]));
        assert_ne!(Identity::of(["a;1:b"]), Identity::of(["a", "b"]));
        assert_ne!(Identity::of(["a"]), Identity::of(["a", ""]));
    }
}
