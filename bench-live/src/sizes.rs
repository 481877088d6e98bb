//! How long a frame is: in full, deflated, and as what differs from the one before.

use anyhow::Context as _;
use flate2::{Compress, Compression, FlushCompress};
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep};

use crate::cases::TICK;
use crate::gateway::Gateway;

/// Each page is fetched on so many ticks.
const TICKS: usize = 4;

/// Of these resources, in words.
pub(crate) async fn compare(gateway: &Gateway, resources: &[(&str, &str)]) -> anyhow::Result<String> {
    let mut sentences = Vec::new();
    for (title, resource) in resources {
        let mut before = gateway.body(resource).await?;
        let mut lines = Vec::new();
        for _ in 1..TICKS {
            let after = next(gateway, resource, &before).await?;
            let delta =
                difference(&serde_json::from_str(&before)?, &serde_json::from_str(&after)?).unwrap_or(Value::Null);
            lines.push([
                deflated(&after),
                (after.len(), 0.0),
                (delta.to_string().len(), 0.0),
                deflated(&delta.to_string()),
            ]);
            before = after;
        }
        let mean =
            |which: usize| lines.iter().map(|line| line[which].0).sum::<usize>() as f64 / lines.len() as f64 / 1000.0;
        let time = lines.iter().map(|line| line[0].1).sum::<f64>() / lines.len() as f64;
        sentences.push(format!(
            "{title} {:.1} KB, deflated {:.1} KB (in {time:.2} ms), as a delta {:.1} KB, that deflated {:.1} KB",
            mean(1),
            mean(0),
            mean(2),
            mean(3)
        ));
    }
    Ok(sentences.join("; "))
}

/// The answer of the next tick.
async fn next(gateway: &Gateway, resource: &str, before: &str) -> anyhow::Result<String> {
    let instant = |body: &str| Some(serde_json::from_str::<Value>(body).ok()?["at"].clone());
    let deadline = Instant::now() + TICK * 3;
    while Instant::now() < deadline {
        sleep(TICK / 10).await;
        let after = gateway.body(resource).await?;
        if instant(&after) != instant(before) {
            return Ok(after);
        }
    }
    anyhow::bail!("{resource} stayed the same over three ticks")
}

/// Length, and the milliseconds that it took.
fn deflated(text: &str) -> (usize, f64) {
    let began = Instant::now();
    let mut compress = Compress::new(Compression::fast(), false);
    let mut out = Vec::with_capacity(text.len() + 1_000);
    let result = compress.compress_vec(text.as_bytes(), &mut out, FlushCompress::Sync);
    result.expect("there is room for it");
    (out.len(), began.elapsed().as_secs_f64() * 1000.0)
}

/// What has to be said to get from one to the other: of an object the fields that differ, of a list as long as before
/// the elements that do, by index. None when nothing does.
fn difference(before: &Value, after: &Value) -> Option<Value> {
    if before == after {
        return None;
    }
    let changed = match (before, after) {
        (Value::Object(old), Value::Object(new)) if old.len() == new.len() => {
            let part = |(name, value): (&String, &Value)| match old.get(name) {
                Some(before) => Some((name.clone(), difference(before, value)?)),
                None => Some((name.clone(), value.clone())),
            };
            new.iter().filter_map(part).collect()
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() && new.iter().all(Value::is_object) => {
            let part = |(index, (before, after))| Some((format!("{index}"), difference(before, after)?));
            old.iter().zip(new).enumerate().filter_map(part).collect::<Map<_, _>>()
        }
        _ => return Some(after.clone()),
    };
    Some(Value::Object(changed))
}

impl Gateway {
    async fn body(&self, resource: &str) -> anyhow::Result<String> {
        let answer = self.get(resource).await?;
        let (_, body) = answer.split_once("\r\n\r\n").with_context(|| format!("{resource} has no body"))?;
        Ok(body.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::difference;

    #[test]
    fn a_difference_is_what_differs() {
        let before = json!({"at": 1, "rows": [{"id": "a", "cpu": 1}, {"id": "b", "cpu": 2}], "list": [1, 2]});
        let after = json!({"at": 2, "rows": [{"id": "a", "cpu": 1}, {"id": "b", "cpu": 3}], "list": [1, 3]});
        assert_eq!(difference(&before, &after), Some(json!({"at": 2, "rows": {"1": {"cpu": 3}}, "list": [1, 3]})));
        assert_eq!(difference(&before, &before), None);
    }
}
