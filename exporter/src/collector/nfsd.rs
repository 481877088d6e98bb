//! The NFS server's requests, from `/proc/net/rpc/nfsd`.

use crate::collector::nfs::rpc::{Procedures, Statistics, VERSION_2, VERSION_3};
use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::KeptFile;

pub(super) const REGISTRATION: Registration = Registration {
    name: "nfsd",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Nfsd { file: KeptFile::report(settings.roots.proc(FILE)) })),
};

const FILE: &str = "net/rpc/nfsd";

struct Nfsd {
    file: KeptFile,
}

impl Collector for Nfsd {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read(&mut scrape.scratch).map_err(CollectError::absent_is_no_data)?;
        Statistics::parse(content)
            .and_then(|statistics| write_server(&statistics, out).and_then(|()| write_requests(&statistics, out)))
            .map_err(|problem| CollectError::parse(FILE, problem))
    }
}

/// The lines of the file are told in the kernel's `fs/nfsd/stats.c`; some come and go with its version.
fn write_server(statistics: &Statistics<'_>, out: &mut Families) -> Result<(), String> {
    let [rpcs, _, bad_format, bad_authentication, bad_client] = statistics.numbers("rpc")?;
    out.counter_value("node_nfsd_server_rpcs_total", "Remote procedure calls received.", rpcs);
    let errors = out.counter("node_nfsd_rpc_errors_total", "Remote procedure calls refused, by reason.");
    out.add(errors, &[("error", "fmt")], bad_format);
    out.add(errors, &[("error", "auth")], bad_authentication);
    out.add(errors, &[("error", "cInt")], bad_client);

    let [hits, misses, uncached] = statistics.numbers_or_zeros("rc")?;
    out.counter_value("node_nfsd_reply_cache_hits_total", "Requests repeated and answered from the reply cache.", hits);
    out.counter_value(
        "node_nfsd_reply_cache_misses_total",
        "Requests that had to be put into the reply cache.",
        misses,
    );
    out.counter_value("node_nfsd_reply_cache_nocache_total", "Requests that the reply cache is not for.", uncached);

    let [stale] = statistics.numbers_or_zeros("fh")?;
    out.counter_value("node_nfsd_file_handles_stale_total", "File handles that were out of date.", stale);
    let [read, written] = statistics.numbers_or_zeros("io")?;
    out.counter_value("node_nfsd_disk_bytes_read_total", "Bytes read for clients.", read);
    out.counter_value("node_nfsd_disk_bytes_written_total", "Bytes written for clients.", written);
    // What follows on this line are histograms that the kernel has not filled since 2.6.29.
    let [threads] = statistics.numbers_or_zeros("th")?;
    out.gauge_value("node_nfsd_server_threads", "Threads that serve clients.", threads);
    let read_ahead: [u64; 12] = statistics.numbers_or_zeros("ra")?;
    let [blocks, .., not_found] = read_ahead;
    out.gauge_value("node_nfsd_read_ahead_cache_size_blocks", "Size of the read-ahead cache, in blocks.", blocks);
    out.counter_value(
        "node_nfsd_read_ahead_cache_not_found_total",
        "Searches of the read-ahead cache in vain.",
        not_found,
    );

    let [_, udp, tcp, connections] = statistics.numbers("net")?;
    let packets = out.counter("node_nfsd_packets_total", "Network packets, by transport protocol.");
    out.add(packets, &[("proto", "udp")], udp);
    out.add(packets, &[("proto", "tcp")], tcp);
    out.counter_value("node_nfsd_connections_total", "TCP connections accepted.", connections);
    Ok(())
}

fn write_requests(statistics: &Statistics<'_>, out: &mut Families) -> Result<(), String> {
    let requests = out.counter("node_nfsd_requests_total", "Requests, by version of the protocol and by method.");
    for (proto, line, procedures) in [
        ("2", "proc2", Procedures { names: VERSION_2, at_least: VERSION_2.len() }),
        ("3", "proc3", Procedures { names: VERSION_3, at_least: VERSION_3.len() }),
        // The 40th came with Linux 2.6.
        ("4", "proc4ops", Procedures { names: OPERATIONS_4, at_least: 39 }),
    ] {
        for (method, count) in statistics.procedures(line, procedures)?.filter(|(method, _)| *method != "Null") {
            out.add(requests, &[("method", method), ("proto", proto)], count);
        }
    }
    let [delegations] = statistics.numbers_or_zeros("wdeleg_getattr")?;
    out.add(requests, &[("method", "WdelegGetattr"), ("proto", "4")], delegations);
    Ok(())
}

/// The operations of version 4 by their numbers in RFC 7530; those without a name are not exposed.
#[rustfmt::skip]
const OPERATIONS_4: &[&str] = &[
    "", "", "", "Access", "Close", "Commit", "Create", "DelegPurge", "DelegReturn", "GetAttr", "GetFH", "Link", "Lock",
    "Lockt", "Locku", "Lookup", "LookupRoot", "Nverify", "Open", "OpenAttr", "OpenConfirm", "OpenDgrd", "PutFH", "",
    "", "Read", "ReadDir", "ReadLink", "Remove", "Rename", "Renew", "RestoreFH", "SaveFH", "SecInfo", "SetAttr",
    "SetClientID", "SetClientIDConfirm", "Verify", "Write", "RelLockOwner",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn written(content: &[u8]) -> Result<String, String> {
        let mut out = Families::default();
        let statistics = Statistics::parse(content)?;
        write_server(&statistics, &mut out)?;
        write_requests(&statistics, &mut out)?;
        Ok(String::from_utf8(out.text).unwrap())
    }

    #[test]
    fn the_thread_line_ends_in_what_are_no_integers() {
        let text = written(b"rpc 1 2 3 4 5\nnet 1 2 3 4\nth 8 0 0.000 0.000\nwdeleg_getattr 7\n").unwrap();
        assert!(text.contains("node_nfsd_server_threads 8\n"), "{text}");
        assert!(text.contains("node_nfsd_rpc_errors_total{error=\"cInt\"} 5\n"), "{text}");
        assert!(text.contains("{method=\"WdelegGetattr\",proto=\"4\"} 7\n"), "{text}");
        assert!(!text.contains("Null"), "{text}");
    }

    #[test]
    fn cut_lines_are_told() {
        assert_eq!(written(b"").unwrap_err(), "has no line `rpc`");
        assert_eq!(written(b"rpc 1 2 3 4 5\nnet 1 2 3 4\nio 7\n").unwrap_err(), "line `io` has 1 numbers, not 2");
        let error = written(b"rpc 1 2 3 4 5\nnet 1 2 3 4\nproc4ops 40 1 2\n").unwrap_err();
        assert_eq!(error, "line `proc4ops` tells of 40 procedures, has 2 and needs 39");
    }
}
