//! Connection tracking, from `/proc/sys/net/netfilter` and `/proc/net/stat/nf_conntrack`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, if_present, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "conntrack",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        let file = |path: &str| KeptFile::new(settings.roots.proc(path));
        Ok(Box::new(Conntrack {
            count: file("sys/net/netfilter/nf_conntrack_count"),
            max: file("sys/net/netfilter/nf_conntrack_max"),
            statistics: KeptFile::report(settings.roots.proc(STATISTICS)),
        }))
    },
};

/// 17 numbers of 8 digits, and room for more.
const LONGEST_LINE: usize = 256;

const STATISTICS: &str = "net/stat/nf_conntrack";

/// The columns of the statistics that are exposed: place, name and help.
#[rustfmt::skip]
const COLUMNS: [(usize, &str, &str); 8] = [
    (2, "node_nf_conntrack_stat_found", "Searches of the table that found an entry."),
    (4, "node_nf_conntrack_stat_invalid", "Packets that cannot be tracked."),
    (5, "node_nf_conntrack_stat_ignore", "Packets that belong to a tracked connection already."),
    (8, "node_nf_conntrack_stat_insert", "Entries put into the table."),
    (9, "node_nf_conntrack_stat_insert_failed", "Entries that could not be put into the table, mostly for being there already."),
    (10, "node_nf_conntrack_stat_drop", "Packets dropped because tracking failed."),
    (11, "node_nf_conntrack_stat_early_drop", "Entries dropped to make room in the full table."),
    (16, "node_nf_conntrack_stat_search_restart", "Searches begun anew because the table was being resized."),
];

struct Conntrack {
    count: KeptFile,
    max: KeptFile,
    statistics: KeptFile,
}

impl Collector for Conntrack {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let buffer = &mut scrape.scratch;
        let count: u64 = self.count.read_number(buffer).map_err(CollectError::absent_is_no_data)?;
        out.gauge_value("node_nf_conntrack_entries", "Connections in the table.", count);
        let max: u64 = self.max.read_number(buffer).map_err(CollectError::absent_is_no_data)?;
        out.gauge_value("node_nf_conntrack_entries_limit", "Most connections that the table may hold.", max);
        // A kernel can be built without this file, and its table fills up all the same.
        if let Some(content) = if_present(self.statistics.read_records(buffer, LONGEST_LINE))? {
            for ((_, name, help), total) in COLUMNS.into_iter().zip(totals(content)?) {
                out.gauge_value(name, help, total);
            }
        }
        Ok(())
    }
}

/// Sums the exposed columns over all processors: after a head, a line of hexadecimal numbers for each.
fn totals(content: &[u8]) -> Result<[u64; COLUMNS.len()], CollectError> {
    let mut totals = [0u64; COLUMNS.len()];
    let mut lines = text::lines(content).skip(1).peekable();
    if lines.peek().is_none() {
        return Err(CollectError::parse(STATISTICS, "no line for any processor"));
    }
    for line in lines {
        let row: Option<Vec<u64>> = text::fields(line).map(text::hexadecimal).collect();
        // `search_restart`, the 17th, came with Linux 2.6.35.
        let row = row.filter(|row| (16..=17).contains(&row.len())).ok_or_else(|| {
            CollectError::parse(STATISTICS, format!("`{}` is not 16 or 17 numbers", text::shown(line)))
        })?;
        for ((column, ..), total) in COLUMNS.into_iter().zip(&mut totals) {
            *total = total.wrapping_add(row.get(column).copied().unwrap_or(0));
        }
    }
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_summed() {
        let content = b"head\n\
            5 0 1 0 2 3 0 0 4 5 6 7 0  0 0 0 8\n\
            5 0 f 0 0 0 0 0 0 0 0 0 0  0 0 0\n";
        assert_eq!(totals(content).unwrap(), [16, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn a_line_that_is_short_or_no_numbers_is_shown() {
        for (content, problem) in [
            (&b"head\n1 2\n"[..], "`1 2` is not 16 or 17 numbers"),
            (b"head\n1 2 x", "`1 2 x` is not 16 or 17 numbers"),
            (b"", "no line for any processor"),
        ] {
            assert_eq!(totals(content).unwrap_err().to_string(), format!("net/stat/nf_conntrack: {problem}"));
        }
    }
}
