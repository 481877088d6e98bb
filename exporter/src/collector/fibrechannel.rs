//! Fibre Channel host adapters, from `/sys/class/fc_host`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Family};
use crate::source::{Folder, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "fibrechannel",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(Fibrechannel { class: Folder::new(settings.roots.sys("class/fc_host")) })),
};

struct Fibrechannel {
    class: Folder,
}

/// Files of a host's statistics, their families and what they count.
#[rustfmt::skip]
const COUNTERS: [(&str, &str, &str); 14] = [
    ("dumped_frames", "node_fibrechannel_dumped_frames_total", "Frames dropped for lack of buffers."),
    ("error_frames", "node_fibrechannel_error_frames_total", "Frames received with an error."),
    ("fcp_packet_aborts", "node_fibrechannel_fcp_packet_aborts_total", "SCSI packets aborted."),
    ("invalid_crc_count", "node_fibrechannel_invalid_crc_total", "Frames received with a wrong checksum."),
    ("invalid_tx_word_count", "node_fibrechannel_invalid_tx_words_total", "Transmission words that were not valid."),
    ("link_failure_count", "node_fibrechannel_link_failure_total", "Link failures."),
    ("loss_of_signal_count", "node_fibrechannel_loss_of_signal_total", "Times that the signal was lost."),
    ("loss_of_sync_count", "node_fibrechannel_loss_of_sync_total", "Times that synchronization was lost."),
    ("nos_count", "node_fibrechannel_nos_total", "Not-operational sequences (NOS) received."),
    ("rx_frames", "node_fibrechannel_rx_frames_total", "Frames received."),
    ("rx_words", "node_fibrechannel_rx_words_total", "Words received."),
    ("seconds_since_last_reset", "node_fibrechannel_seconds_since_last_reset_total", "Seconds since the counters were reset."),
    ("tx_frames", "node_fibrechannel_tx_frames_total", "Frames sent."),
    ("tx_words", "node_fibrechannel_tx_words_total", "Words sent."),
];

/// Attributes that are labels; with `fc_host` they would be sorted.
const LABELS: [&str; 10] = [
    "dev_loss_tmo",
    "fabric_name",
    "port_id",
    "port_name",
    "port_state",
    "port_type",
    "speed",
    "supported_classes",
    "supported_speeds",
    "symbolic_name",
];

impl Collector for Fibrechannel {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let hosts = self.class.list().map_err(CollectError::absent_is_no_data)?;
        let info = out.gauge("node_fibrechannel_info", "What a host adapter says of itself, as labels; always 1.");
        let families = COUNTERS.map(|(_, name, help)| out.counter(name, help));
        for host in hosts {
            let folder = self.class.folder(&host);
            write_info(&folder, &host, info, out)?;
            write_counters(&folder.folder("statistics"), &host, &families, out)?;
        }
        Ok(())
    }
}

fn write_info(folder: &Folder, host: &str, info: Family, out: &mut Families) -> Result<(), CollectError> {
    let mut labels = Vec::with_capacity(LABELS.len() + 1);
    for label in LABELS {
        let mut text = folder.offered_text(label)?.unwrap_or_default();
        if matches!(label, "fabric_name" | "port_id" | "port_name") {
            text = without_0x(&text).to_owned();
        }
        labels.push((label, text));
    }
    labels.insert(2, ("fc_host", host.to_owned()));
    let labels: Vec<_> = labels.iter().map(|(name, text)| (*name, text.as_str())).collect();
    out.add(info, &labels, 1u64);
    Ok(())
}

fn write_counters(folder: &Folder, host: &str, families: &[Family], out: &mut Families) -> Result<(), CollectError> {
    for (&family, (file, ..)) in families.iter().zip(COUNTERS) {
        let Some(count) = folder.offered_text(file)? else { continue };
        let path = || folder.path().join(file).display().to_string();
        let count =
            text::prefixed(&count).ok_or_else(|| CollectError::parse(path(), format!("`{count}` is not a number")))?;
        // Adapters answer this for what they do not count.
        if count != u64::MAX {
            out.add(family, &[("fc_host", host)], count);
        }
    }
    Ok(())
}

/// A name without the two characters `0x` before it.
fn without_0x(text: &str) -> &str {
    text.get(2..).filter(|rest| !rest.is_empty()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_prefix() {
        assert_eq!(without_0x("0x1000e0071bce95f2"), "1000e0071bce95f2");
        assert_eq!((without_0x("0x"), without_0x(""), without_0x("é0")), ("0x", "", "0"));
    }
}
