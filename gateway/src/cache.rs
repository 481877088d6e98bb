//! Remembering Prometheus' answers: range data in chunks of steps, everything else whole, all of it in one bounded memory.
//!
//! Nothing here speaks HTTP. A [`chunk::Chunk`] is upstream's own bytes with an index; [`split`] makes one from an answer,
//! [`assemble`] writes an answer from several, [`store`] keeps them and [`flight`] sees to it that each is fetched once.

pub(crate) mod assemble;
pub(crate) mod chunk;
pub(crate) mod flight;
pub(crate) mod grid;
pub(crate) mod json;
pub(crate) mod kept;
pub(crate) mod key;
pub(crate) mod plan;
pub(crate) mod ready;
pub(crate) mod split;
pub(crate) mod store;
