//! The servers that somebody watches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts who watches what. A browser that goes away takes its watches with it, because a [`Watch`] ends when dropped.
pub struct Watched {
    limit: usize,
    /// How many watch each id; never held across an await.
    counts: Mutex<HashMap<String, usize>>,
}

/// As many servers are watched as are allowed.
#[derive(Debug, PartialEq, Eq)]
pub struct TooManyWatched {
    pub limit: usize,
}

impl Watched {
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, counts: Mutex::default() })
    }

    /// Watches a server until the result is dropped.
    pub fn watch(self: &Arc<Self>, id: &str) -> Result<Watch, TooManyWatched> {
        let mut counts = self.counts();
        if !counts.contains_key(id) && counts.len() >= self.limit {
            return Err(TooManyWatched { limit: self.limit });
        }
        *counts.entry(id.to_owned()).or_default() += 1;
        Ok(Watch { watched: Arc::clone(self), id: id.to_owned() })
    }

    pub fn ids(&self) -> Vec<String> {
        self.counts().keys().cloned().collect()
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, HashMap<String, usize>> {
        // A count is changed in one step; a panic elsewhere leaves it right.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Watch {
    watched: Arc<Watched>,
    id: String,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut counts = self.watched.counts();
        if let Some(count) = counts.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_who_watches_ends_it() {
        let watched = Watched::new(1);
        let (first, second) = (watched.watch("a").unwrap(), watched.watch("a").unwrap());
        assert_eq!(watched.watch("b").err(), Some(TooManyWatched { limit: 1 }));
        drop(first);
        assert_eq!(watched.ids(), ["a"]);
        drop(second);
        assert!(watched.ids().is_empty());
        assert!(watched.watch("b").is_ok());
    }
}
