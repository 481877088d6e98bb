//! The gauges that rows are computed from. They change with a scrape only: of a server that was not scraped since the
//! snapshot before they are as they were, and nobody has to be asked.

use crate::prometheus::Error;
use crate::prometheus::response::Sample;
use crate::wire::server::ServerRow;

use super::Vectors;
use super::draft::Draft;
use super::index::Index;
use super::memory::Memory;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Gauges {
    /// False for a server that told none.
    pub told: bool,
    load: [Option<f64>; 3],
    memory_total: Option<f64>,
    memory_available: Option<f64>,
    swap_total: Option<f64>,
    swap_free: Option<f64>,
    boot_time: Option<f64>,
    time: Option<f64>,
}

/// The gauges of every server, in the order of the drafts.
pub(super) fn read(
    drafts: &[Draft],
    vectors: &Vectors<'_>,
    memory: &Memory,
    index: &Index<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Gauges>, Error> {
    let mut gauges: Vec<_> = drafts.iter().map(|draft| remembered(draft, vectors, memory)).collect();
    let said = vectors.gauges.each(|sample| {
        if let Some(at) = index.find(&sample.labels) {
            gauges[at].take(&sample);
        }
    })?;
    warnings.extend(said);
    Ok(gauges)
}

/// Those of the snapshot before, of a server that was not asked about because they still hold.
fn remembered(draft: &Draft, vectors: &Vectors<'_>, memory: &Memory) -> Gauges {
    let was_asked = vectors.gauges_of.as_ref().is_none_or(|asked| asked.contains(draft.instance()));
    match memory.servers.get(&draft.key) {
        Some(before) if !was_asked && draft.up.is_some() => before.gauges.clone(),
        _ => Gauges::default(),
    }
}

impl Gauges {
    fn take(&mut self, sample: &Sample<'_>) {
        self.told = true;
        let place = match sample.labels.value("__name__") {
            "node_load1" => &mut self.load[0],
            "node_load5" => &mut self.load[1],
            "node_load15" => &mut self.load[2],
            "node_memory_MemTotal_bytes" => &mut self.memory_total,
            "node_memory_MemAvailable_bytes" => &mut self.memory_available,
            "node_memory_SwapTotal_bytes" => &mut self.swap_total,
            "node_memory_SwapFree_bytes" => &mut self.swap_free,
            "node_boot_time_seconds" => &mut self.boot_time,
            "node_time_seconds" => &mut self.time,
            _ => return,
        };
        *place = sample.finite();
    }

    pub(super) fn apply(&self, row: &mut ServerRow, at: f64) {
        [row.load1, row.load5, row.load15] = self.load;
        row.memory_total_bytes = self.memory_total;
        row.memory_used_bytes = difference(self.memory_total, self.memory_available);
        row.swap_total_bytes = self.swap_total;
        row.swap_used_bytes = difference(self.swap_total, self.swap_free);
        // By the server's own clock where it tells it: ours may differ.
        row.uptime_seconds = self.boot_time.map(|boot| (self.time.unwrap_or(at) - boot).max(0.0));
    }
}

fn difference(whole: Option<f64>, rest: Option<f64>) -> Option<f64> {
    Some((whole? - rest?).max(0.0))
}
