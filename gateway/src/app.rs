//! What a handler may reach.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use moka::future::Cache;
use prometheus_client::registry::Registry;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use crate::answers::{Answer, Answers, Basis};
use crate::api;
use crate::config::Config;
use crate::details::{self, Details, Subject, Watched};
use crate::error::ApiError;
use crate::gpus::fleet::{self, FleetGpus};
use crate::history::History;
use crate::live::{Connections, Pace};
use crate::metrics::Metrics;
use crate::prometheus::{Asker, Client};
use crate::proxy::Proxy;
use crate::publish::Published;
use crate::resource::Resource;
use crate::time;
use crate::ui::Ui;

/// Questions about servers that nobody watches, at a time; more wait.
const MAX_DETAIL_QUESTIONS: usize = 4;
const MAX_DETAILS: u64 = 1_000;
const DETAILS_KEPT: Duration = Duration::from_secs(600);

pub struct App {
    pub config: Arc<Config>,
    pub client: Client,
    pub metrics: Metrics,
    pub registry: Registry,
    /// The state after the newest tick.
    pub published: watch::Receiver<Arc<Published>>,
    pub watched: Arc<Watched>,
    pub connections: Arc<Connections>,
    /// Tells live connections of ticks.
    pub pace: Pace,
    pub history: History,
    pub proxy: Proxy,
    pub openapi: Bytes,
    pub ui: Ui,
    pub started_at: f64,
    answers: Answers,
    /// Details of servers that nobody watches, by the snapshot's instant and id: while Prometheus is away the snapshot
    /// stays, and so do they.
    details: Cache<(u64, String), Arc<Details>>,
    detail_questions: Semaphore,
    /// All GPUs, by the snapshot's instant.
    gpus: Cache<u64, Arc<FleetGpus>>,
}

/// The parts that exist before the app does.
pub struct Parts {
    pub config: Arc<Config>,
    pub client: Client,
    pub metrics: Metrics,
    pub registry: Registry,
    pub published: watch::Receiver<Arc<Published>>,
    pub watched: Arc<Watched>,
    pub openapi: String,
}

impl App {
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { config, client, metrics, registry, published, watched, openapi } = parts;
        let pace = Pace::new(&published.borrow());
        let connections = Connections::new(&config.live, metrics.live.clone());
        let proxy = Proxy::new(&config, client.clone(), metrics.proxy.clone());
        let history = History::new(&config.history, proxy.clone(), metrics.cache.clone());
        let details = Cache::builder()
            .max_capacity(MAX_DETAILS)
            .eviction_policy(moka::policy::EvictionPolicy::lru())
            .time_to_live(DETAILS_KEPT)
            .build();
        Arc::new(Self {
            config,
            client,
            metrics,
            registry,
            published,
            watched,
            connections,
            pace,
            history,
            proxy,
            openapi: openapi.into(),
            ui: Ui::load(),
            started_at: time::to_milliseconds(time::now()),
            answers: Answers::default(),
            details,
            detail_questions: Semaphore::new(MAX_DETAIL_QUESTIONS),
            gpus: Cache::builder().max_capacity(2).eviction_policy(moka::policy::EvictionPolicy::lru()).build(),
        })
    }

    /// The state after the newest tick.
    pub fn newest(&self) -> Arc<Published> {
        self.published.borrow().clone()
    }

    /// What GET answers for `resource` now, and a frame carries.
    pub async fn answer(self: &Arc<Self>, resource: &Resource) -> Result<Answer, ApiError> {
        self.answer_from(&self.newest(), resource).await
    }

    /// The answer of a given tick, if somebody has asked for it before.
    pub fn ready_answer(&self, published: &Published, resource: &Resource) -> Option<Result<Answer, ApiError>> {
        let answer = self.answers.cell(published.number, resource).get()?.clone();
        self.metrics.cache.hit("answers");
        Some(answer)
    }

    /// The same, built if need be: once for all who ask.
    pub async fn answer_from(
        self: &Arc<Self>,
        published: &Arc<Published>,
        resource: &Resource,
    ) -> Result<Answer, ApiError> {
        let cell = self.answers.cell(published.number, resource);
        if let Some(answer) = cell.get() {
            self.metrics.cache.hit("answers");
            return answer.clone();
        }
        self.metrics.cache.miss("answers");
        let built = cell.get_or_init(|| self.build(published, resource));
        built.await.clone()
    }

    async fn build(self: &Arc<Self>, published: &Arc<Published>, resource: &Resource) -> Result<Answer, ApiError> {
        match resource {
            Resource::Health => {
                let (status, health) = api::health::health(self, published);
                Ok(Answer::new(&health)?.with_status(status))
            }
            Resource::Overview => Answer::new(&api::overview::overview(published)?),
            Resource::Alerts => Answer::new(&api::alerts::alerts(published)?),
            Resource::Gpus(query) => {
                let gpus = self.gpus(published).await?;
                Answer::of_list(api::gpus::list(published, &gpus, query)?, self.before(published, resource))
            }
            Resource::Map(query) => api::map::answer(published, query),
            Resource::Servers(query) => {
                Answer::of_list(api::servers::list(published, query)?, self.before(published, resource))
            }
            Resource::Server(id) => {
                let details = self.details_of(published, id).await;
                Answer::new(&api::servers::detail(published, id, details.as_deref())?)
            }
        }
    }

    fn before(&self, published: &Published, resource: &Resource) -> Option<Basis> {
        self.answers.before(published.number, resource)
    }

    /// From the tick when somebody watches the server, else on demand: once however many ask, kept for a tick.
    async fn details_of(self: &Arc<Self>, published: &Arc<Published>, id: &str) -> Result<Arc<Details>, ApiError> {
        let (snapshot, _) = published.snapshot_or_error()?;
        let server = snapshot.server(id).ok_or_else(|| ApiError::NotFound { kind: "server", id: id.to_owned() })?;
        if let Some(details) = published.details.get(id) {
            return Ok(Arc::new(details.clone()));
        }
        let (app, published, subject) = (Arc::clone(self), Arc::clone(published), Subject::of(server));
        let key = (snapshot.at.to_bits(), id.to_owned());
        // In a task of its own: a browser that goes away must not make the next one start over.
        let load = tokio::spawn(async move {
            let asker = Arc::clone(&app);
            app.details.try_get_with(key, async move { asker.ask_details(&published, subject).await }).await
        });
        load.await.map_err(|_| ApiError::Internal)?.map_err(|error: Arc<ApiError>| (*error).clone())
    }

    /// Asked for when somebody looks at them: once a tick however many do, and not again while the snapshot stays.
    async fn gpus(self: &Arc<Self>, published: &Arc<Published>) -> Result<Arc<FleetGpus>, ApiError> {
        let (snapshot, _) = published.snapshot_or_error()?;
        let (app, published, key) = (Arc::clone(self), Arc::clone(published), snapshot.at.to_bits());
        // In a task of its own: a browser that goes away must not make the next one start over.
        let load = tokio::spawn(async move {
            let asker = Arc::clone(&app);
            app.gpus.try_get_with(key, async move { asker.ask_gpus(&published).await }).await
        });
        load.await.map_err(|_| ApiError::Internal)?.map_err(|error: Arc<ApiError>| (*error).clone())
    }

    async fn ask_gpus(&self, published: &Published) -> Result<Arc<FleetGpus>, ApiError> {
        let (snapshot, _) = published.snapshot_or_error()?;
        let deadline = Instant::now() + self.config.prometheus.timeout;
        Ok(Arc::new(fleet::ask(&Asker::new(&self.client, deadline), snapshot, published.rate_window).await?))
    }

    async fn ask_details(&self, published: &Published, subject: Subject) -> Result<Arc<Details>, ApiError> {
        let (snapshot, _) = published.snapshot_or_error()?;
        let deadline = Instant::now() + self.config.prometheus.timeout;
        let too_busy = || ApiError::Unavailable("Prometheus is busy with questions about other servers".to_owned());
        let permit =
            tokio::time::timeout_at(deadline, self.detail_questions.acquire()).await.map_err(|_| too_busy())?;
        let _permit = permit.map_err(|_| too_busy())?;
        let asker = Asker::new(&self.client, deadline);
        let id = subject.id.clone();
        let mut details = details::ask(&asker, &[subject], published.rate_window, snapshot.at).await?;
        Ok(Arc::new(details.remove(&id).unwrap_or_default()))
    }
}

/// The first fields of every body that comes from the snapshot.
pub struct Head {
    pub at: f64,
    pub age_seconds: f64,
    pub stale: bool,
    pub interval_seconds: f64,
}

impl Published {
    /// The snapshot, or why there is none.
    pub fn snapshot_or_error(&self) -> Result<(&crate::snapshot::Snapshot, Head), ApiError> {
        let Some(snapshot) = &self.snapshot else {
            let error = self.error.as_deref().map_or_else(
                || ApiError::Unavailable("there is no snapshot yet; the first is being made".to_owned()),
                |error| ApiError::Upstream(format!("there is no snapshot yet: {error}")),
            );
            return Err(error);
        };
        let head = Head {
            at: snapshot.at,
            age_seconds: self.age_seconds().unwrap_or(0.0),
            stale: self.error.is_some(),
            interval_seconds: self.interval.as_secs_f64(),
        };
        Ok((snapshot, head))
    }
}
