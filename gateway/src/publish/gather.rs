//! The questions of one tick, and the snapshot that their answers make.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use tracing::{debug, warn};

use crate::config::Config;
use crate::details::{self, Details, Subject, Watched};
use crate::prometheus::promql::{Selector, TAG, Window, gpu_warnings, hardware, recorded, tick};
use crate::prometheus::response::{Samples, VectorData, parse};
use crate::prometheus::rules::parse_alerts;
use crate::prometheus::targets::parse_scrape_errors;
use crate::prometheus::{Asker, Client, Error};
use crate::snapshot::{self, Built, Memory, Scraped, ServerKey, Settings, Snapshot, Vectors};
use crate::time;

use super::Published;
use super::kept::{self, Kept};

/// How often new jobs, names and rules are looked for.
const SURVEY_EVERY: Duration = Duration::from_secs(60);
/// The same while there are servers that came a moment ago.
const NAMES_EVERY: Duration = Duration::from_secs(10);
/// In a tick, however many servers there are.
const MAX_QUESTIONS: usize = 12;
const LAST_UP_RESOLUTION: Window = Window(Duration::from_secs(15));

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

/// The answers that may come from recording rules; those of the tick before hold where the rules were not evaluated since.
#[derive(Clone, Default)]
struct Ruled {
    measures: Option<Kept>,
    filesystems: Option<Kept>,
    hardware: Option<Kept>,
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

/// Which servers, how long a rate's window is, and the instant.
struct Scope<'a> {
    servers: &'a Selector,
    scraped: &'a Scraped,
    window: Window,
    at: f64,
}

/// The bodies of everything that was asked at one instant.
#[derive(Clone)]
struct Answers {
    gauges: Gauges,
    ruled: Ruled,
    unruled: Option<Bytes>,
    columns: Option<Bytes>,
    alerts: Option<Bytes>,
    chore: Option<Bytes>,
}

async fn ask_all(
    asker: &Asker<'_>,
    config: &Config,
    knowledge: &Knowledge,
    before: Ruled,
    scope: &Scope<'_>,
    chore: &Chore,
) -> Result<Answers, Error> {
    let (servers, window, at) = (scope.servers, scope.window, Some(scope.at));
    let evaluated = |group: &str, is_ruled: bool| if is_ruled { scope.scraped.evaluated(group) } else { &[] };
    let measured = evaluated(recorded::MEASURED, knowledge.use_rules);
    let measures = match knowledge.use_rules {
        true => recorded::from_rules(servers),
        false => recorded::plain(servers, window),
    };
    let filesystems = tick::fullest_filesystem(servers, knowledge.use_rules);
    let unruled = async {
        let lacking = knowledge.memory.wants_unruled();
        if !knowledge.use_rules || lacking.is_empty() {
            return None;
        }
        let these = Selector::any_of("instance", lacking.iter().map(|(_, instance)| instance.as_str()));
        let expression = recorded::plain(&servers.and(&these), window);
        soften("unruled", asker.query("unruled", expression, at).await)
    };
    let hardware = async {
        let summed = evaluated(recorded::SUMS, knowledge.use_hardware_rules);
        let expression = hardware(knowledge, servers, window);
        soften_refusal("hardware", kept::ask(asker, "hardware", expression, summed, scope.at, before.hardware).await)
    };
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
            Chore::Survey => soften("survey", asker.query("survey", tick::survey(&some(knowledge)), at).await),
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
            ask_gauges(asker, knowledge, scope),
            kept::ask(asker, "measures", measures, measured, scope.at, before.measures),
            kept::ask(asker, "filesystems", filesystems, measured, scope.at, before.filesystems),
        )
    };
    let (required, unruled, hardware, columns, alerts, chore) =
        tokio::join!(required, unruled, hardware, columns, alerts, chore);
    let (gauges, measures, filesystems) = required?;
    let (hardware, alerts) = (hardware?, alerts?);
    let ruled = Ruled { measures: Some(measures), filesystems: Some(filesystems), hardware };
    Ok(Answers { gauges, ruled, unruled, columns, alerts, chore })
}

/// Temperatures and GPUs, and the sums over jobs that the same rules make.
fn hardware(knowledge: &Knowledge, servers: &Selector, window: Window) -> String {
    let hardware = match knowledge.use_hardware_rules {
        true => hardware::from_rules(),
        false => hardware::plain(servers, window),
    };
    match knowledge.use_rules {
        true => format!("{} or {hardware}", recorded::sums_of_jobs(servers)),
        false => hardware,
    }
}

/// Gauges, and of which instances; None: of all.
#[derive(Clone)]
struct Gauges {
    body: Bytes,
    of: Option<HashSet<String>>,
    /// True where the question about some was refused: there are servers that limit its length.
    must_ask_all: bool,
}

async fn ask_gauges(asker: &Asker<'_>, knowledge: &Knowledge, scope: &Scope<'_>) -> Result<Gauges, Error> {
    let at = Some(scope.at);
    let some = scope.scraped.instances.as_ref().filter(|_| !knowledge.must_ask_all);
    let mut must_ask_all = knowledge.must_ask_all;
    if let Some(instances) = some {
        let these = scope.servers.and(&Selector::any_of("instance", instances.iter().map(String::as_str)));
        match asker.query("gauges", tick::gauges(&these), at).await {
            Err(error) if error.is_about_the_question() => {
                warn!(%error, "asking all servers for their gauges, because the question about some was refused");
                must_ask_all = true;
            }
            answer => return Ok(Gauges { body: answer?, of: Some(instances.clone()), must_ask_all }),
        }
    }
    let body = asker.query("gauges", tick::gauges(scope.servers), at).await?;
    Ok(Gauges { body, of: None, must_ask_all })
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

#[derive(Clone)]
struct Bodies {
    at: f64,
    targets: Bytes,
    answers: Answers,
}

/// Makes the snapshot and the memory after it, on a thread where that may take its time.
async fn assemble(config: &Config, knowledge: &Knowledge, bodies: &Bodies, chore: &Chore) -> Result<Built, Error> {
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
