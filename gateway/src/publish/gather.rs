//! One tick: what to ask, by what is known from the tick before, and what to know for the next.

mod assemble;
mod questions;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::{debug, warn};

use crate::config::Config;
use crate::details::{self, Details, Subject, Watched};
use crate::prometheus::promql::{Selector, TAG, Window, hardware, recorded, tick};
use crate::prometheus::response::Samples;
use crate::prometheus::{Asker, Client, Error};
use crate::snapshot::{Built, Memory, Scraped, ServerKey, Snapshot};
use crate::time;

use super::Published;
use super::kept;
use assemble::{Bodies, assemble};
use questions::{Ruled, Scope, ask_all, hardware, soften, soften_refusal};

/// How often new jobs, names and rules are looked for.
const SURVEY_EVERY: Duration = Duration::from_secs(60);
/// The same while there are servers that came a moment ago.
const NAMES_EVERY: Duration = Duration::from_secs(10);
/// In a tick, however many servers there are.
const MAX_QUESTIONS: usize = 12;

/// What the loop knows from one tick to the next.
#[derive(Default)]
pub(super) struct Knowledge {
    /// Shared with the thread that makes the next one of it.
    memory: Arc<Memory>,
    /// None until Prometheus was asked about the past.
    surveyed: Option<Instant>,
    /// True when the recording rules' series can stand in for the plain expressions.
    use_rules: bool,
    /// The same for temperatures and GPUs, which not every fleet has.
    use_hardware_rules: bool,
    /// True when Prometheus refuses a question that names many servers.
    must_ask_all: bool,
    kept: Ruled,
}

/// What a good tick made.
pub(super) struct Gathered {
    pub snapshot: Snapshot,
    pub details: HashMap<String, Details>,
    pub queries: usize,
    /// Of the first question, which is small.
    pub latency: Duration,
    pub rate_window: Window,
}

/// The servers that somebody watches, as far as the snapshot before knows them.
pub(super) fn subjects(previous: &Published, watched: &Watched) -> Vec<Subject> {
    let Some(snapshot) = &previous.snapshot else { return Vec::new() };
    watched.ids().iter().filter_map(|id| snapshot.server(id)).map(Subject::of).collect()
}

/// At most one of these in a tick, so that the number of questions is bounded.
#[derive(Clone)]
enum Chore {
    Survey,
    ScrapeErrors,
    LastUp(Vec<ServerKey>),
    IdleGpus,
    None,
}

pub(super) async fn gather(
    client: &Client,
    config: &Config,
    knowledge: &mut Knowledge,
    subjects: &[Subject],
    deadline: Instant,
) -> Result<Gathered, Error> {
    let asker = Asker::new(client, deadline);
    if knowledge.surveyed.is_none() || (config.snapshot.jobs.is_empty() && knowledge.memory.jobs().is_empty()) {
        discover(&asker, config, knowledge).await?;
    }
    let servers = servers(config, &knowledge.memory);
    let window = config.snapshot.rate_window.map_or_else(|| knowledge.memory.rate_window(), Window);

    // The first question says what time it is by Prometheus' clock; all others are about that instant.
    let started = Instant::now();
    let targets = asker.query("targets", tick::targets(&servers), None).await?;
    let latency = started.elapsed();
    let scraped = Scraped::read(Samples::new(&targets), &knowledge.memory)?;
    let at = scraped.at.unwrap_or_else(time::now);

    let chore = choose_chore(knowledge);
    let scope = Scope { servers: &servers, scraped: &scraped, window, at };
    // Taken out, so that an answer that no longer holds makes room for the new one.
    let before = std::mem::take(&mut knowledge.kept);
    let answers = ask_all(&asker, config, knowledge, before, &scope, &chore);
    let details = async {
        match subjects.is_empty() {
            true => HashMap::new(),
            false => soften("details", details::ask(&asker, subjects, window, at).await).unwrap_or_default(),
        }
    };
    let (answers, details) = tokio::join!(answers, details);
    let mut bodies = Bodies { at, targets, answers: answers? };
    let mut built = assemble(config, knowledge, &bodies, &chore).await?;
    if knowledge.use_rules && built.memory.lacking() * 2 > built.answering {
        warn!("the recording rules lack most servers; asking the plain expressions instead");
        knowledge.use_rules = false;
        // Else the next tick does.
        if asker.asked() < MAX_QUESTIONS {
            let plain = kept::ask(&asker, "measures", recorded::plain(&servers, window), &[], at, None).await?;
            bodies.answers.ruled.measures = Some(plain);
            built = assemble(config, knowledge, &bodies, &chore).await?;
        }
    }
    if knowledge.use_hardware_rules && !built.has_hardware {
        warn!("the recording rules of temperatures and GPUs are gone; asking the plain expressions instead");
        knowledge.use_hardware_rules = false;
        if asker.asked() < MAX_QUESTIONS {
            let plain = kept::ask(&asker, "hardware", hardware(knowledge, &servers, window), &[], at, None).await;
            bodies.answers.ruled.hardware = soften_refusal("hardware", plain)?;
            built = assemble(config, knowledge, &bodies, &chore).await?;
        }
    }

    let Built { snapshot, memory, .. } = built;
    knowledge.memory = Arc::new(memory);
    knowledge.must_ask_all = bodies.answers.gauges.must_ask_all;
    knowledge.kept = bodies.answers.ruled.clone();
    if let (Chore::Survey, Some(survey)) = (&chore, &bodies.answers.chore) {
        soften("survey", take_survey(config, knowledge, survey, at));
    }
    Ok(Gathered { snapshot, details, queries: asker.asked(), latency, rate_window: window })
}

fn servers(config: &Config, memory: &Memory) -> Selector {
    match config.snapshot.jobs.is_empty() {
        true => Selector::any_of("job", memory.jobs()),
        false => Selector::any_of("job", config.snapshot.jobs.iter().map(String::as_str)),
    }
}

/// The servers by which the survey sees whether the rules are evaluated.
fn some(knowledge: &Knowledge) -> Selector {
    let some = knowledge.memory.some_that_answer();
    Selector::any_of("instance", some.iter().map(|(_, instance)| instance.as_str()))
}

/// Learns what a gateway that just started cannot know.
async fn discover(asker: &Asker<'_>, config: &Config, knowledge: &mut Knowledge) -> Result<(), Error> {
    let past = Window(config.snapshot.forget_after);
    let body = asker.query("discovery", tick::discovery(past), None).await?;
    let at = time_of(&body)?;
    take_survey(config, knowledge, &body, at)
}

/// Takes in an answer to `discovery` or `survey`.
fn take_survey(config: &Config, knowledge: &mut Knowledge, body: &[u8], at: f64) -> Result<(), Error> {
    let memory = Arc::make_mut(&mut knowledge.memory);
    let mut rules = HashMap::new();
    let mut known = 0;
    Samples::new(body).each(|sample| match sample.labels.value(TAG) {
        tick::KNOWN => {
            memory.learn_server(&sample, at);
            known += 1;
        }
        tick::INTERVAL => memory.learn_interval(&sample),
        tick::RULE => {
            rules.insert(sample.labels.value("__name__").to_owned(), sample.finite());
        }
        _ => {}
    })?;
    if !config.snapshot.jobs.is_empty() {
        memory.keep_jobs(&config.snapshot.jobs);
    }
    let has = |rule: &&str| rules.get(*rule).copied().flatten().is_some();
    knowledge.use_rules = recorded::rule_names().all(|rule| has(&rule));
    knowledge.use_hardware_rules = hardware::PROBED.iter().any(has);
    knowledge.surveyed = Some(Instant::now());
    debug!(use_rules = knowledge.use_rules, known, "survey");
    Ok(())
}

/// The instant an answer is about. All of it is read: where it is torn, nothing more needs to be asked.
fn time_of(body: &[u8]) -> Result<f64, Error> {
    let mut time = None;
    Samples::new(body).each(|sample| time = time.or_else(|| sample.time()))?;
    Ok(time.unwrap_or_else(time::now))
}

fn choose_chore(knowledge: &Knowledge) -> Chore {
    let last_up = knowledge.memory.wants_last_up();
    let every = if knowledge.memory.wants_names() { NAMES_EVERY } else { SURVEY_EVERY };
    if knowledge.surveyed.is_none_or(|at| at.elapsed() >= every) {
        Chore::Survey
    } else if !last_up.is_empty() {
        Chore::LastUp(last_up)
    } else if knowledge.memory.wants_idle_gpus() {
        Chore::IdleGpus
    } else if knowledge.memory.wants_scrape_errors() {
        Chore::ScrapeErrors
    } else {
        Chore::None
    }
}
