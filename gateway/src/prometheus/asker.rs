//! Instant queries of one tick: one deadline, one instant, and a count of how many were asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::time::Instant;

use super::client::{Client, Method, Request};
use super::error::Error;

pub struct Asker<'a> {
    client: &'a Client,
    began: Instant,
    deadline: Instant,
    asked: AtomicUsize,
}

impl<'a> Asker<'a> {
    pub fn new(client: &'a Client, deadline: Instant) -> Self {
        Self { client, began: Instant::now(), deadline, asked: AtomicUsize::new(0) }
    }

    /// How many questions were asked so far.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Evaluates an expression at `at`, or now by Prometheus' clock.
    pub async fn query(&self, name: &'static str, expression: String, at: Option<f64>) -> Result<Bytes, Error> {
        let mut parameters = vec![("query", expression)];
        parameters.extend(at.map(|at| ("time", format!("{at:.3}"))));
        self.ask(Request { name, path: "query", method: Method::Post, parameters, deadline: self.deadline }).await
    }

    /// The alerts of all rules.
    pub async fn rules(&self) -> Result<Bytes, Error> {
        let parameters = vec![("type", "alert".to_owned())];
        self.ask(Request { name: "alerts", path: "rules", method: Method::Get, parameters, deadline: self.deadline })
            .await
    }

    /// All targets with the errors of their newest scrapes.
    pub async fn targets(&self) -> Result<Bytes, Error> {
        let parameters = vec![("state", "active".to_owned())];
        let deadline = self.deadline;
        self.ask(Request { name: "scrape_errors", path: "targets", method: Method::Get, parameters, deadline }).await
    }

    async fn ask(&self, request: Request<'_>) -> Result<Bytes, Error> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.client.fetch(&request).await.map_err(|error| match error {
            // What was left of the time for one question says little.
            Error::Timeout(_) => Error::Timeout(self.began.elapsed()),
            error => error,
        })
    }
}
