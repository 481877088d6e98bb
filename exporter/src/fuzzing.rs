//! Ways in for the fuzz targets: what arbitrary bytes can reach, without a server around it.

use crate::collector::{self, Collector, Scrape};
use crate::config::{Settings, UsageError};
use crate::exposition::{Encoder, Format};
use crate::sample::Families;

/// A recorded machine and the collectors that its flags switch on.
pub struct Machine {
    settings: Settings,
    new: Vec<fn(&Settings) -> Result<Box<dyn Collector>, UsageError>>,
}

impl Machine {
    /// Panics when a flag is wrong: the flags are part of the recording.
    pub fn new(flags: &[String]) -> Self {
        let settings = crate::config::settings(flags).unwrap_or_else(|error| panic!("{error}"));
        let on = collector::ALL.iter().filter(|it| settings.collector(it.name) == Some(true));
        Machine { new: on.map(|it| it.new).collect(), settings }
    }

    /// Runs the collectors twice, as new and with what they kept, and answers the text of the second time.
    pub fn scrape(&self) -> Vec<u8> {
        let mut scrape = Scrape::new(&self.settings.roots);
        scrape.deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let made = self.new.iter().map(|new| new(&self.settings).unwrap_or_else(|error| panic!("{error}")));
        let mut collectors: Vec<_> = made.collect();
        let (mut families, mut text) = (Families::default(), Vec::new());
        for _ in 0..2 {
            families.clear();
            scrape.begin();
            for collector in &mut collectors {
                let mut written = Families::default();
                if collector.collect(&mut scrape, &mut written).is_ok() {
                    families.append(&mut written);
                }
            }
        }
        Encoder::default().encode(&families, Format::Text, &mut text);
        text
    }
}

/// Reads a web configuration.
pub fn web_config(text: &str) {
    crate::server::fuzz_web_config(text);
}
