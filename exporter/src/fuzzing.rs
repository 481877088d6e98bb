//! Ways in for the fuzz targets: what arbitrary bytes can reach, without a server around it.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue};

use crate::collector::{self, Collector, Scrape};
use crate::config::{Settings, UsageError};
use crate::exposition::{Encoder, Format};
use crate::sample::Families;

/// A collector, and the flags to run it with.
pub struct Subject {
    settings: Settings,
    new: fn(&Settings) -> Result<Box<dyn Collector>, UsageError>,
}

impl Subject {
    /// The collector `name`, when the flags switch it on. Panics when a flag is wrong: they are part of the recording.
    pub fn new(name: &str, flags: &[String]) -> Option<Self> {
        let settings = crate::config::settings(flags).unwrap_or_else(|error| panic!("{error}"));
        let registration = collector::ALL.iter().find(|it| it.name == name)?;
        (settings.collector(name) == Some(true)).then_some(Subject { settings, new: registration.new })
    }

    /// The collector as it is when the exporter starts.
    pub fn start(&self) -> Running {
        let collector = (self.new)(&self.settings).unwrap_or_else(|error| panic!("{error}"));
        Running { collector, scrape: Scrape::new(&self.settings.roots), encoder: Encoder::default() }
    }
}

/// A collector with what it keeps from one scrape to the next.
pub struct Running {
    collector: Box<dyn Collector>,
    scrape: Scrape,
    encoder: Encoder,
}

impl Running {
    /// What the collector exposes now, or why it exposes nothing.
    pub fn scrape(&mut self) -> Result<String, String> {
        self.scrape.begin();
        self.scrape.deadline = Instant::now() + Duration::from_secs(10);
        let mut families = Families::default();
        self.collector.collect(&mut self.scrape, &mut families).map_err(|error| error.to_string())?;
        Ok(text(&mut self.encoder, &families))
    }
}

fn text(encoder: &mut Encoder, families: &Families) -> String {
    let mut text = Vec::new();
    encoder.encode(families, Format::Text, &mut text);
    String::from_utf8(text).expect("the exposition is UTF-8")
}

thread_local! {
    /// What stands in for the kernel's answers over netlink.
    static PLAYED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
    /// The last answer that the kernel itself gave.
    static HEARD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Lets every request over netlink be answered with these bytes; with `None`, by the kernel.
pub fn play(answer: Option<Vec<u8>>) {
    PLAYED.set(answer);
}

/// Takes the last answer that the kernel gave over netlink since this was called before.
pub fn take_heard() -> Option<Vec<u8>> {
    HEARD.take()
}

pub(crate) fn played() -> Option<Vec<u8>> {
    PLAYED.with_borrow(Option::clone)
}

pub(crate) fn heard(answer: &[u8]) {
    HEARD.set(Some(answer.to_vec()));
}

/// What a text file is exposed as; `None` when it is refused.
pub fn textfile(content: &[u8]) -> Option<String> {
    let mut families = Families::default();
    collector::fuzz_textfile(content, &mut families).then(|| text(&mut Encoder::default(), &families))
}

/// Reads a web configuration.
pub fn web_config(text: &str) {
    crate::server::fuzz_web_config(text);
}

/// Reads what a client may write freely in a request: the query, and the value of a header.
pub fn request(query: &str, value: &[u8]) {
    let headers = HeaderValue::from_bytes(value).into_iter();
    let headers = headers.flat_map(|value| crate::server::FREE_HEADERS.map(|name| (name, value.clone())));
    crate::server::fuzz_request(query, &HeaderMap::from_iter(headers));
}
