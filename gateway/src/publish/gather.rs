//! The questions of one tick, and the snapshot that their answers make.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use tracing::{debug, warn};

use crate::config::Config;
use crate::details::{self, Details, Subject, Watched};
use crate::prometheus::promql::recorded::{self, CPU_RATIO};
use crate::prometheus::promql::{Selector, TAG, Window, gpu_warnings, tick};
use crate::prometheus::response::{Sample, VectorData, parse};
use crate::prometheus::rules::parse_alerts;
use crate::prometheus::targets::parse_scrape_errors;
use crate::prometheus::{Asker, Client, Error};
use crate::snapshot::{self, Memory, ServerKey, Settings, Snapshot, Vectors};
use crate::time;

use super::Published;

/// How often new jobs and rules are looked for.
const SURVEY_EVERY: Duration = Duration::from_secs(60);
const LAST_UP_RESOLUTION: Window = Window(Duration::from_secs(15));

/// What the loop knows from one tick to the next.
#[derive(Default)]
pub(super) struct Knowledge {
    memory: Memory,
    /// None until Prometheus was asked about the past.
    surveyed: Option<Instant>,
    /// True when the recording rules' series can stand in for the plain expressions.
    use_rules: bool,
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
    let at = parse_vector(&targets)?.first().and_then(Sample::time).unwrap_or_else(time::now);

    let chore = choose_chore(knowledge);
    let scope = Scope { servers: &servers, window, at };
    let answers = ask_all(&asker, config, knowledge, &scope, &chore);
    let details = async {
        match subjects.is_empty() {
            true => HashMap::new(),
            false => soften("details", details::ask(&asker, subjects, window, at).await).unwrap_or_default(),
        }
    };
    let (answers, details) = tokio::join!(answers, details);
    let mut answers = answers?;
    if knowledge.use_rules && lacks_rules(&answers)? {
        let plain = asker.query("measures", recorded::plain(&servers, window), Some(at)).await?;
        if count_cpu(&plain)? > count_cpu(&answers.measures)? {
            warn!("the recording rules lack servers; asking the plain expressions instead");
            knowledge.use_rules = false;
            answers.measures = plain;
        }
    }

    let bodies = Bodies { at, targets, answers };
    let (snapshot, survey) = assemble(config, knowledge, bodies, chore).await?;
    if let Some(survey) = survey {
        take_survey(config, knowledge, &parse_vector(&survey)?, at);
    }
    Ok(Gathered { snapshot, details, queries: asker.asked(), latency, rate_window: window })
}

fn servers(config: &Config, memory: &Memory) -> Selector {
    match config.snapshot.jobs.is_empty() {
        true => Selector::any_of("job", memory.jobs()),
        false => Selector::any_of("job", config.snapshot.jobs.iter().map(String::as_str)),
    }
}

/// Learns what a gateway that just started cannot know.
async fn discover(asker: &Asker<'_>, config: &Config, knowledge: &mut Knowledge) -> Result<(), Error> {
    let past = Window(config.snapshot.forget_after);
    let body = asker.query("discovery", tick::discovery(past), None).await?;
    let samples = parse_vector(&body)?;
    let at = samples.first().and_then(Sample::time).unwrap_or_else(time::now);
    knowledge.memory.learn_intervals(&with_tag(&samples, tick::INTERVAL));
    take_survey(config, knowledge, &samples, at);
    Ok(())
}

fn take_survey(config: &Config, knowledge: &mut Knowledge, samples: &[Sample<'_>], at: f64) {
    let known = with_tag(samples, tick::KNOWN);
    let rules = with_tag(samples, tick::RULE);
    let count = |rule: &str| rules.iter().find(|it| it.labels.value("__name__") == rule).and_then(|it| it.finite());
    let is_complete = recorded::rule_names().all(|rule| count(rule).is_some());
    knowledge.use_rules = is_complete && count(CPU_RATIO).is_some_and(|count| count > 0.0);
    knowledge.memory.learn_servers(&known, at);
    if !config.snapshot.jobs.is_empty() {
        knowledge.memory.keep_jobs(&config.snapshot.jobs);
    }
    knowledge.surveyed = Some(Instant::now());
    debug!(use_rules = knowledge.use_rules, known = known.len(), "survey");
}

fn with_tag<'a, 'b>(samples: &'b [Sample<'a>], tag: &str) -> Vec<&'b Sample<'a>> {
    samples.iter().filter(|sample| sample.labels.value(TAG) == tag).collect()
}

fn choose_chore(knowledge: &Knowledge) -> Chore {
    let last_up = knowledge.memory.wants_last_up();
    if knowledge.surveyed.is_none_or(|at| at.elapsed() >= SURVEY_EVERY) {
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

/// Which servers, how long a rate's window is, and the instant.
struct Scope<'a> {
    servers: &'a Selector,
    window: Window,
    at: f64,
}

/// The bodies of everything that was asked at one instant.
struct Answers {
    identity: Bytes,
    gauges: Bytes,
    measures: Bytes,
    filesystems: Bytes,
    hardware: Option<Bytes>,
    columns: Option<Bytes>,
    alerts: Option<Bytes>,
    chore: Option<Bytes>,
}

async fn ask_all(
    asker: &Asker<'_>,
    config: &Config,
    knowledge: &Knowledge,
    scope: &Scope<'_>,
    chore: &Chore,
) -> Result<Answers, Error> {
    let (servers, window, at) = (scope.servers, scope.window, Some(scope.at));
    let measures = match knowledge.use_rules {
        true => recorded::from_rules(servers),
        false => recorded::plain(servers, window),
    };
    let hardware =
        async { soften_refusal("hardware", asker.query("hardware", tick::hardware(servers, window), at).await) };
    let columns = async {
        let columns = config.columns.iter().map(|column| (column.name.as_str(), column.expression.as_str()));
        match config.columns.is_empty() {
            true => None,
            false => soften("columns", asker.query("columns", tick::columns(columns), at).await),
        }
    };
    let alerts = async { soften_refusal("alerts", asker.rules().await) };
    let chore = async {
        match chore {
            Chore::None => None,
            Chore::Survey => soften("survey", asker.query("survey", tick::survey(), at).await),
            Chore::ScrapeErrors => soften("scrape_errors", asker.targets().await),
            Chore::IdleGpus => soften("idle_gpus", asker.query("idle_gpus", gpu_warnings::idle_since(), at).await),
            Chore::LastUp(keys) => {
                let down = Selector::any_of("instance", keys.iter().map(|(_, instance)| instance.as_str()));
                let past = Window(config.snapshot.forget_after);
                let expression = tick::last_up(&servers.and(&down), past, LAST_UP_RESOLUTION);
                soften("last_up", asker.query("last_up", expression, at).await)
            }
        }
    };
    let required = async {
        tokio::try_join!(
            asker.query("identity", tick::identity(servers), at),
            asker.query("gauges", tick::gauges(servers), at),
            asker.query("measures", measures, at),
            asker.query("filesystems", tick::fullest_filesystem(servers, knowledge.use_rules), at),
        )
    };
    let (required, hardware, columns, alerts, chore) = tokio::join!(required, hardware, columns, alerts, chore);
    let (identity, gauges, measures, filesystems) = required?;
    let (hardware, alerts) = (hardware?, alerts?);
    Ok(Answers { identity, gauges, measures, filesystems, hardware, columns, alerts, chore })
}

/// An answer that a tick can do without.
fn soften<T>(name: &'static str, result: Result<T, Error>) -> Option<T> {
    result.inspect_err(|error| warn!(query = name, error = %error, "the snapshot does without `{name}`")).ok()
}

/// An answer that a tick can do without when the question is at fault, or the server does not know it.
fn soften_refusal<T>(name: &'static str, result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_about_the_question() => Ok(soften(name, Err(error))),
        Err(error) => Err(error),
    }
}

/// True when servers that answer have no CPU ratio from the rules.
fn lacks_rules(answers: &Answers) -> Result<bool, Error> {
    Ok(count_cpu(&answers.measures)? < parse_vector(&answers.identity)?.len())
}

fn count_cpu(measures: &[u8]) -> Result<usize, Error> {
    let is_cpu = |sample: &Sample<'_>| sample.labels.get(TAG).unwrap_or(sample.labels.value("__name__")) == CPU_RATIO;
    Ok(parse_vector(measures)?.iter().filter(|sample| is_cpu(sample)).count())
}

fn parse_vector(body: &[u8]) -> Result<Vec<Sample<'_>>, Error> {
    Ok(parse::<VectorData<'_>>(body)?.data.result)
}

struct Bodies {
    at: f64,
    targets: Bytes,
    answers: Answers,
}

/// Makes the snapshot, on a thread where it may take its time; hands back the survey's answer, if this tick had one.
async fn assemble(
    config: &Config,
    knowledge: &mut Knowledge,
    bodies: Bodies,
    chore: Chore,
) -> Result<(Snapshot, Option<Bytes>), Error> {
    let settings = Settings {
        interval_seconds: config.snapshot.interval.as_secs_f64(),
        forget_after_seconds: config.snapshot.forget_after.as_secs_f64(),
        columns: config.columns.iter().map(|column| column.name.clone()).collect(),
    };
    // Cloned, so that a tick that fails from here on leaves the memory as it was.
    let memory = knowledge.memory.clone();
    let survey = matches!(chore, Chore::Survey).then(|| bodies.answers.chore.clone()).flatten();
    let built = tokio::task::spawn_blocking(move || {
        let vectors = read(&bodies, &chore)?;
        let (snapshot, mut memory) = snapshot::build(vectors, &memory, &settings);
        if let Chore::LastUp(keys) = &chore {
            memory.asked_last_up(keys);
        }
        Ok::<_, Error>((snapshot, memory))
    });
    let (snapshot, memory) = built.await.map_err(|error| Error::Unreadable(error.to_string()))??;
    knowledge.memory = memory;
    Ok((snapshot, survey))
}

fn read<'a>(bodies: &'a Bodies, chore: &Chore) -> Result<Vectors<'a>, Error> {
    let mut warnings = Vec::new();
    let mut vector = |body: &'a Bytes| {
        let envelope = parse::<VectorData<'a>>(body)?;
        warnings.extend(envelope.warnings);
        Ok::<_, Error>(envelope.data.result)
    };
    let answers = &bodies.answers;
    let mut vectors = Vectors {
        at: bodies.at,
        targets: vector(&bodies.targets)?,
        identity: vector(&answers.identity)?,
        gauges: vector(&answers.gauges)?,
        measures: vector(&answers.measures)?,
        filesystems: vector(&answers.filesystems)?,
        hardware: answers.hardware.as_ref().map(&mut vector).transpose()?.unwrap_or_default(),
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
    warnings.sort();
    warnings.dedup();
    vectors.warnings = warnings;
    Ok(vectors)
}
