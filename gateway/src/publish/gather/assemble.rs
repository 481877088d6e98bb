//! From the bodies of a tick's answers to the snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::config::Config;
use crate::prometheus::Error;
use crate::prometheus::response::{Samples, VectorData, parse};
use crate::prometheus::rules::parse_alerts;
use crate::prometheus::targets::parse_scrape_errors;
use crate::snapshot::{self, Built, Settings, Vectors};

use super::questions::{Answers, Ruled, soften};
use super::{Chore, Knowledge};
use crate::publish::kept::Kept;

#[derive(Clone)]
pub(super) struct Bodies {
    pub at: f64,
    pub targets: Bytes,
    pub answers: Answers,
}

/// Makes the snapshot and the memory after it, on a thread where that may take its time.
pub(super) async fn assemble(
    config: &Config,
    knowledge: &Knowledge,
    bodies: &Bodies,
    chore: &Chore,
) -> Result<Built, Error> {
    let settings = Settings {
        interval_seconds: config.snapshot.interval.as_secs_f64(),
        forget_after_seconds: config.snapshot.forget_after.as_secs_f64(),
        columns: config.columns.iter().map(|column| column.name.clone()).collect(),
    };
    let (bodies, chore, memory) = (bodies.clone(), chore.clone(), Arc::clone(&knowledge.memory));
    let built = tokio::task::spawn_blocking(move || {
        let vectors = read(&bodies, &chore)?;
        let mut built = snapshot::build(vectors, &memory, &settings)?;
        if let Chore::LastUp(keys) = &chore {
            built.memory.asked_last_up(keys);
        }
        Ok::<_, Error>(built)
    });
    built.await.map_err(|error| Error::Unreadable(error.to_string()))?
}

fn read<'a>(bodies: &'a Bodies, chore: &Chore) -> Result<Vectors<'a>, Error> {
    let mut warnings = Vec::new();
    let mut vector = |body: &'a Bytes| {
        let envelope = parse::<VectorData<'a>>(body)?;
        warnings.extend(envelope.warnings);
        Ok::<_, Error>(envelope.data.result)
    };
    let answers = &bodies.answers;
    let Ruled { measures, filesystems, hardware } = &answers.ruled;
    let body = |kept: &'a Option<Kept>| kept.as_ref().map(|kept| &kept.body);
    let samples = |kept: &'a Option<Kept>| body(kept).map(|body| Samples::new(body)).unwrap_or_default();
    let mut vectors = Vectors {
        at: bodies.at,
        targets: Samples::new(&bodies.targets),
        gauges: Samples::new(&answers.gauges.body),
        gauges_of: answers.gauges.of.clone(),
        measures: samples(measures),
        unruled: answers.unruled.as_deref().map(Samples::new).unwrap_or_default(),
        filesystems: samples(filesystems),
        hardware: body(hardware).map(&mut vector).transpose()?.unwrap_or_default(),
        columns: answers.columns.as_ref().map(&mut vector).transpose()?.unwrap_or_default(),
        alerts: answers.alerts.as_ref().map(|body| parse_alerts(body)).transpose()?.unwrap_or_default(),
        ..Vectors::default()
    };
    match (chore, &answers.chore) {
        (Chore::LastUp(_), Some(body)) => vectors.last_up = soften("last_up", vector(body)).unwrap_or_default(),
        (Chore::ScrapeErrors, Some(body)) => {
            vectors.scrape_errors = Some(soften("scrape_errors", parse_scrape_errors(body)).unwrap_or_default());
        }
        (Chore::IdleGpus, body) => {
            let samples = body.as_ref().and_then(|body| soften("idle_gpus", vector(body)));
            vectors.idle_gpus = Some(samples.unwrap_or_default());
        }
        // Asked without an answer: not again on the very next tick.
        (Chore::ScrapeErrors, None) => vectors.scrape_errors = Some(HashMap::new()),
        _ => {}
    }
    vectors.warnings = warnings;
    Ok(vectors)
}
