//! Which servers there are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::prometheus::Error;
use crate::prometheus::promql::recorded::EVALUATED;
use crate::prometheus::promql::{TAG, tick};
use crate::prometheus::response::Labels;

use super::memory::{Memory, Remembered, ServerKey};
use super::{Settings, Vectors};

/// A server before its values are known.
#[derive(Debug, PartialEq)]
pub(super) struct Draft {
    pub key: ServerKey,
    pub labels: Arc<BTreeMap<String, String>>,
    /// None when Prometheus no longer has the target.
    pub up: Option<bool>,
    pub sampled_at: Option<f64>,
}

impl Draft {
    pub(super) fn job(&self) -> &str {
        &self.key.0
    }

    pub(super) fn instance(&self) -> &str {
        &self.key.1
    }
}

/// Every target, and every server that was one and is not forgotten yet.
pub(super) fn drafts(
    vectors: &Vectors<'_>,
    memory: &Memory,
    settings: &Settings,
    warnings: &mut Vec<String>,
) -> Result<Vec<Draft>, Error> {
    let mut drafts: Vec<Draft> = Vec::with_capacity(memory.servers.len());
    let mut index: HashMap<ServerKey, usize> = HashMap::with_capacity(memory.servers.len());
    let said = vectors.targets.each(|sample| {
        let labels = &sample.labels;
        if labels.value("__name__") == EVALUATED {
            return;
        }
        let key = (labels.value("job").to_owned(), labels.value("instance").to_owned());
        let at = index.get(&key).copied().unwrap_or_else(|| {
            let labels = shared_labels(labels, memory.servers.get(&key));
            drafts.push(Draft { key: key.clone(), labels, up: None, sampled_at: None });
            index.insert(key, drafts.len() - 1);
            drafts.len() - 1
        });
        if labels.value(TAG) == tick::DOWN {
            drafts[at].up = Some(false);
        } else {
            drafts[at].sampled_at = sample.finite();
            drafts[at].up.get_or_insert(true);
        }
    })?;
    warnings.extend(said);
    for (key, remembered) in &memory.servers {
        // Not since when it is down: one that was dead for long has a target until Prometheus drops that, too.
        let last_seen = remembered.sampled_at.unwrap_or(remembered.noticed_at);
        if !index.contains_key(key) && vectors.at - last_seen <= settings.forget_after_seconds {
            let labels = Arc::clone(&remembered.labels);
            drafts.push(Draft { key: key.clone(), labels, up: None, sampled_at: remembered.sampled_at });
        }
    }
    drafts.sort_by(|a, b| (a.instance(), a.job()).cmp(&(b.instance(), b.job())));
    Ok(drafts)
}

/// The labels that a page shows, which hardly ever change: those that are remembered already where they are the same.
fn shared_labels(labels: &Labels<'_>, before: Option<&Remembered>) -> Arc<BTreeMap<String, String>> {
    let shown = || labels.iter().filter(|(name, _)| !matches!(*name, "__name__" | "job" | "instance" | TAG));
    if let Some(before) = before
        && shown().count() == before.labels.len()
        && shown().all(|(name, value)| before.labels.get(name).is_some_and(|it| it == value))
    {
        return Arc::clone(&before.labels);
    }
    Arc::new(shown().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
