//! How an NFS mount's statistics are exposed.

use super::parse::{BYTES, EVENTS, Mount, Transport};
use crate::sample::{Families, Family};
use crate::source::text;

/// After `node_mountstats_nfs_`, in the order of the line `bytes:`.
#[rustfmt::skip]
const BYTES_READ: [(&str, &str); BYTES] = [
    ("read_bytes_total", "Bytes that programs have read with read()."),
    ("write_bytes_total", "Bytes that programs have written with write()."),
    ("direct_read_bytes_total", "Bytes that programs have read from files opened with O_DIRECT."),
    ("direct_write_bytes_total", "Bytes that programs have written to files opened with O_DIRECT."),
    ("total_read_bytes_total", "Bytes read from the server."),
    ("total_write_bytes_total", "Bytes written to the server."),
    ("read_pages_total", "Pages read through mapped files."),
    ("write_pages_total", "Pages written through mapped files."),
];

/// After `node_mountstats_nfs_event_`, in the order of the line `events:`; the one without a name is not exposed.
#[rustfmt::skip]
const EVENT_COUNTS: [(&str, &str); EVENTS] = [
    ("inode_revalidate", "Times that cached attributes were checked with the server."),
    ("dnode_revalidate", "Times that a cached name was checked with the server."),
    ("data_invalidate", "Times that cached data was thrown away."),
    ("attribute_invalidate", "Times that cached attributes were thrown away."),
    ("vfs_open", "Times that a file or folder was opened."),
    ("vfs_lookup", "Times that a name was looked up."),
    ("vfs_access", "Times that permissions were checked."),
    ("vfs_update_page", "Times that a page was changed."),
    ("vfs_read_page", "Pages read through mapped files."),
    ("vfs_read_pages", "Times that several pages were read at once."),
    ("vfs_write_page", "Pages written through mapped files."),
    ("vfs_write_pages", "Times that several pages were written at once."),
    ("vfs_getdents", "Times that a folder was listed."),
    ("vfs_setattr", "Times that attributes were set."),
    ("vfs_flush", "Times that what waited to be written had to be."),
    ("vfs_fsync", "Times that fsync() was called."),
    ("vfs_lock", "Times that a file was to be locked."),
    ("vfs_file_release", "Times that a file was closed."),
    ("", "Times that writing waited for congestion to end; not counted any more."),
    ("truncation", "Times that a file was cut."),
    ("write_extension", "Times that a file grew by writing behind its end."),
    ("silly_rename", "Times that a file was removed while it was open."),
    ("short_read", "Times that the server gave less data than asked for."),
    ("short_write", "Times that the server took less data than given."),
    ("jukebox_delay", "Times that the server had to fetch data from slow storage first."),
    ("pnfs_read", "Reads by parallel NFS."),
    ("pnfs_write", "Writes by parallel NFS."),
];

/// After `node_mountstats_nfs_operations_`, in the order of an operation's line.
const OPERATIONS: [(&str, &str); 8] = [
    ("requests_total", "Requests made."),
    ("transmissions_total", "Times that a request was sent."),
    ("major_timeouts_total", "Times that a request timed out."),
    ("sent_bytes_total", "Bytes sent, with headers."),
    ("received_bytes_total", "Bytes received, with headers."),
    ("queue_time_seconds_total", "Time that requests waited to be sent, in seconds."),
    ("response_time_seconds_total", "Time that responses took to come, in seconds."),
    ("request_time_seconds_total", "Time from the making of requests to their end, in seconds."),
];
/// From here on they are milliseconds.
const FIRST_TIME: usize = 5;

type Count = fn(&Transport<'_>) -> u64;

/// After `node_mountstats_nfs_transport_`; those that count end in `_total`.
#[rustfmt::skip]
const TRANSPORT: [(&str, &str, Count); 10] = [
    ("bind_total", "Times that a connection was made from scratch.", |it| it.binds),
    ("connect_total", "Connections made to the server.", |it| it.connects),
    ("idle_time_seconds", "How long nothing was sent or received, in seconds.", |it| it.idle_seconds % FLOAT_EXACT),
    ("sends_total", "Requests sent.", |it| it.sends),
    ("receives_total", "Responses received.", |it| it.receives),
    ("bad_transaction_ids_total", "Responses whose request nobody knew.", |it| it.bad_transactions),
    ("backlog_queue_total", "Length of the backlog, added up at each request.", |it| it.backlog),
    ("maximum_rpc_slots", "Most requests that were under way at once.", |it| it.most_slots),
    ("sending_queue_total", "Length of the sending queue, added up at each request.", |it| it.sending),
    ("pending_queue_total", "Length of the pending queue, added up at each request.", |it| it.pending),
];

/// Times that the kernel let wrap around below zero are cut to what a float can tell, as in node_exporter.
const FLOAT_EXACT: u64 = 1 << 53;

/// The families, declared once for all mounts.
pub(super) struct Writer {
    mountpoint: Family,
    age: Family,
    bytes: [Family; BYTES],
    events: [Option<Family>; EVENTS],
    operations: [Family; OPERATIONS.len()],
    transport: [Family; TRANSPORT.len()],
}

impl Writer {
    pub(super) fn new(out: &mut Families) -> Self {
        let mut counter =
            |group: &str, name: &str, help: &str| out.counter(&format!("node_mountstats_nfs_{group}{name}"), help);
        let age = counter("", "age_seconds_total", "Age of the mount, in seconds.");
        let bytes = BYTES_READ.map(|(name, help)| counter("", name, help));
        let operations = OPERATIONS.map(|(name, help)| counter("operations_", name, help));
        let mut event =
            |(name, help): (&str, &str)| (!name.is_empty()).then(|| counter("event_", &format!("{name}_total"), help));
        let events = EVENT_COUNTS.map(&mut event);
        let transport = TRANSPORT.map(|(name, help, _)| {
            let full = format!("node_mountstats_nfs_transport_{name}");
            if name.ends_with("_total") { out.counter(&full, help) } else { out.gauge(&full, help) }
        });
        let mountpoint =
            out.gauge("node_mountstats_nfs_mountpoint_info", "1, labelled by an export and where it is mounted.");
        Writer { mountpoint, age, bytes, events, operations, transport }
    }

    pub(super) fn mountpoint(&self, mount: &Mount<'_>, protocol: &[u8], address: &str, out: &mut Families) {
        let (device, mountpoint) = (text::shown(mount.device), text::shown(mount.mountpoint));
        let protocol = text::shown(protocol);
        let labels =
            [("export", &*device), ("mountaddr", address), ("mountpoint", &*mountpoint), ("protocol", &*protocol)];
        out.add(self.mountpoint, &labels, 1u64);
    }

    pub(super) fn statistics(&self, mount: &Mount<'_>, protocol: &[u8], address: &str, out: &mut Families) {
        let (device, protocol) = (text::shown(mount.device), text::shown(protocol));
        let [export, mountaddr, protocol] = [("export", &*device), ("mountaddr", address), ("protocol", &*protocol)];
        let labels = [export, mountaddr, protocol];
        out.add(self.age, &labels, mount.age_seconds);
        for (family, value) in self.bytes.into_iter().zip(mount.bytes) {
            out.add(family, &labels, value);
        }
        for (family, value) in self.events.into_iter().zip(mount.events) {
            if let Some(family) = family {
                out.add(family, &labels, value);
            }
        }
        for (number, transport) in mount.transports.iter().enumerate() {
            let mut number_text = itoa::Buffer::new();
            let labels = [export, mountaddr, protocol, ("transport", number_text.format(number))];
            for (family, (_, _, value)) in self.transport.into_iter().zip(TRANSPORT) {
                out.add(family, &labels, value(transport));
            }
        }
        for operation in &mount.operations {
            let name = text::shown(operation.name);
            let labels = [export, mountaddr, ("operation", &*name), protocol];
            for (place, (family, count)) in self.operations.into_iter().zip(operation.counts).enumerate() {
                if place < FIRST_TIME {
                    out.add(family, &labels, count);
                } else {
                    out.add(family, &labels, seconds(count));
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "cut to what a float can tell")]
fn seconds(milliseconds: u64) -> f64 {
    (milliseconds % FLOAT_EXACT) as f64 / 1000.0
}
