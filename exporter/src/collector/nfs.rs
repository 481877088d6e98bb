//! The NFS client's requests, from `/proc/net/rpc/nfs`.

pub(super) mod rpc;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::KeptFile;
use rpc::{Procedures, Statistics, VERSION_2, VERSION_3};

pub(super) const REGISTRATION: Registration = Registration {
    name: "nfs",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Nfs { file: KeptFile::report(settings.roots.proc(FILE)) })),
};

const FILE: &str = "net/rpc/nfs";

struct Nfs {
    file: KeptFile,
}

impl Collector for Nfs {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read(&mut scrape.scratch).map_err(CollectError::absent_is_no_data)?;
        write(content, out).map_err(|problem| CollectError::parse(FILE, problem))
    }
}

/// The lines of the file are told in the kernel's `net/sunrpc/stats.c`.
fn write(content: &[u8], out: &mut Families) -> Result<(), String> {
    let statistics = Statistics::parse(content)?;
    let [_, udp, tcp, connections] = statistics.numbers("net")?;
    let packets = out.counter("node_nfs_packets_total", "Network packets, by transport protocol.");
    out.add(packets, &[("protocol", "udp")], udp);
    out.add(packets, &[("protocol", "tcp")], tcp);
    out.counter_value("node_nfs_connections_total", "TCP connections made.", connections);
    let [rpcs, retransmissions, refreshes] = statistics.numbers("rpc")?;
    out.counter_value("node_nfs_rpcs_total", "Remote procedure calls made.", rpcs);
    out.counter_value("node_nfs_rpc_retransmissions_total", "Remote procedure calls sent again.", retransmissions);
    out.counter_value(
        "node_nfs_rpc_authentication_refreshes_total",
        "Times that the authentication for remote procedure calls was renewed.",
        refreshes,
    );
    let requests = out.counter("node_nfs_requests_total", "Requests, by version of the protocol and by method.");
    for (proto, line, procedures) in [
        ("2", "proc2", Procedures { names: VERSION_2, at_least: VERSION_2.len() }),
        ("3", "proc3", Procedures { names: VERSION_3, at_least: VERSION_3.len() }),
        ("4", "proc4", Procedures { names: VERSION_4, at_least: 0 }),
    ] {
        for (method, count) in statistics.procedures(line, procedures)? {
            out.add(requests, &[("method", method), ("proto", proto)], count);
        }
    }
    Ok(())
}

/// The client's procedures of version 4, as the kernel's `linux/nfs4.h` numbers them.
#[rustfmt::skip]
const VERSION_4: &[&str] = &[
    "Null", "Read", "Write", "Commit", "Open", "OpenConfirm", "OpenNoattr", "OpenDowngrade", "Close", "Setattr",
    "FsInfo", "Renew", "SetClientID", "SetClientIDConfirm", "Lock", "Lockt", "Locku", "Access", "Getattr", "Lookup",
    "LookupRoot", "Remove", "Rename", "Link", "Symlink", "Create", "Pathconf", "StatFs", "ReadLink", "ReadDir",
    "ServerCaps", "DelegReturn", "GetACL", "SetACL", "FsLocations", "ReleaseLockowner", "Secinfo", "FsidPresent",
    "ExchangeID", "CreateSession", "DestroySession", "Sequence", "GetLeaseTime", "ReclaimComplete", "GetDeviceInfo",
    "LayoutGet", "LayoutCommit", "LayoutReturn", "SecinfoNoName", "TestStateID", "FreeStateID", "GetDeviceList",
    "BindConnToSession", "DestroyClientID", "Seek", "Allocate", "DeAllocate", "LayoutStats", "Clone",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_line_is_told_and_an_unknown_one_is_passed_over() {
        let text = |content: &[u8]| {
            let mut out = Families::default();
            write(content, &mut out).map(|()| String::from_utf8(out.text).unwrap())
        };
        assert_eq!(text(b"").unwrap_err(), "has no line `net`");
        assert_eq!(text(b"net 1 2 3 4\nrpc 1 2\n").unwrap_err(), "line `rpc` has 2 numbers, not 3");
        let text = text(b"net 1 2 3 4\nrpc 5 6 7\nnew 1\nproc4 2 8 9\n").unwrap();
        assert!(text.contains("node_nfs_requests_total{method=\"Read\",proto=\"4\"} 9\n"), "{text}");
        assert!(text.contains("node_nfs_requests_total{method=\"Clone\",proto=\"4\"} 0\n"), "{text}");
    }
}
