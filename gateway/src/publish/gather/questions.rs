//! What a tick asks beside its targets, all of it at one instant: which questions, and without which answers it can do.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use tracing::warn;

use crate::config::Config;
use crate::prometheus::promql::{Selector, Window, gpu_warnings, hardware, recorded, tick};
use crate::prometheus::{Asker, Error};
use crate::snapshot::Scraped;

use super::{Chore, Knowledge, some};
use crate::publish::kept::{self, Kept};

const LAST_UP_RESOLUTION: Window = Window(Duration::from_secs(15));

/// Which servers, how long a rate's window is, and the instant.
pub(super) struct Scope<'a> {
    pub servers: &'a Selector,
    pub scraped: &'a Scraped,
    pub window: Window,
    pub at: f64,
}

/// The answers that may come from recording rules; those of the tick before hold where the rules were not evaluated since.
#[derive(Clone, Default)]
pub(super) struct Ruled {
    pub measures: Option<Kept>,
    pub filesystems: Option<Kept>,
    pub hardware: Option<Kept>,
}

/// The bodies of everything that was asked at one instant.
#[derive(Clone)]
pub(super) struct Answers {
    pub gauges: Gauges,
    pub ruled: Ruled,
    pub unruled: Option<Bytes>,
    pub columns: Option<Bytes>,
    pub alerts: Option<Bytes>,
    pub chore: Option<Bytes>,
}

pub(super) async fn ask_all(
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
pub(super) fn hardware(knowledge: &Knowledge, servers: &Selector, window: Window) -> String {
    let hardware = match knowledge.use_hardware_rules {
        true => hardware::from_rules(),
        false => hardware::plain(servers, window),
    };
    match knowledge.use_rules {
        true => recorded::with_sums_of_jobs(servers, &hardware),
        false => hardware,
    }
}

/// Gauges, and of which instances; None: of all.
#[derive(Clone)]
pub(super) struct Gauges {
    pub body: Bytes,
    pub of: Option<HashSet<String>>,
    /// True where the question about some was refused: there are servers that limit its length.
    pub must_ask_all: bool,
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
pub(super) fn soften<T>(name: &'static str, result: Result<T, Error>) -> Option<T> {
    result.inspect_err(|error| warn!(query = name, error = %error, "the snapshot does without `{name}`")).ok()
}

/// An answer that a tick can do without when the question is at fault, or the server does not know it.
pub(super) fn soften_refusal<T>(name: &'static str, result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_about_the_question() => Ok(soften(name, Err(error))),
        Err(error) => Err(error),
    }
}
