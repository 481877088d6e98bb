//! The form of mountstats; see the kernel's `fs/nfs/super.c` and `net/sunrpc/stats.c`.

use crate::source::text;

pub(super) const BYTES: usize = 8;
pub(super) const EVENTS: usize = 27;

/// An NFS mount.
#[derive(Debug, Default)]
pub(super) struct Mount<'a> {
    /// Among all mounts.
    pub(super) place: usize,
    pub(super) device: &'a [u8],
    pub(super) mountpoint: &'a [u8],
    pub(super) age_seconds: u64,
    pub(super) bytes: [u64; BYTES],
    pub(super) events: [u64; EVENTS],
    pub(super) transports: Vec<Transport<'a>>,
    pub(super) operations: Vec<Operation<'a>>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Transport<'a> {
    pub(super) protocol: &'a [u8],
    pub(super) binds: u64,
    pub(super) connects: u64,
    pub(super) idle_seconds: u64,
    pub(super) sends: u64,
    pub(super) receives: u64,
    pub(super) bad_transactions: u64,
    pub(super) backlog: u64,
    pub(super) most_slots: u64,
    pub(super) sending: u64,
    pub(super) pending: u64,
}

/// Counts of one kind of request: requests, transmissions, major timeouts, bytes sent and received, and milliseconds
/// in the queue, until the response and in all.
#[derive(Debug, PartialEq)]
pub(super) struct Operation<'a> {
    pub(super) name: &'a [u8],
    pub(super) counts: [u64; 8],
}

/// The NFS mounts; fails with the line that is wrong.
pub(super) fn mounts(content: &[u8]) -> Result<Vec<Mount<'_>>, String> {
    let mut mounts: Vec<Mount<'_>> = Vec::new();
    let mut within = Within::Nothing;
    let mut place = 0;
    for line in text::lines(content) {
        let fields: Vec<&[u8]> = text::fields(line).collect();
        match *fields {
            [b"device", device, b"mounted", b"on", mountpoint, b"with", b"fstype", kind, ..] => {
                within = Within::Nothing;
                if fields.len() > 8 && matches!(kind, b"nfs" | b"nfs4") {
                    mounts.push(Mount { place, device, mountpoint, ..Mount::default() });
                    within = Within::Mount;
                }
                place += 1;
            }
            [b"no", b"device", ..] => place += 1,
            [] => within = Within::Nothing,
            [b"device", ..] => return Err(format!("cannot parse `{}`", text::shown(line))),
            _ => {
                let parsed = mounts.last_mut().map_or(Some(within), |mount| mount.take(within, &fields));
                within = parsed.ok_or_else(|| format!("cannot parse `{}`", text::shown(line).trim()))?;
            }
        }
    }
    if place == 0 {
        return Err("tells of no mount".to_owned());
    }
    Ok(mounts)
}

/// What the lines to come belong to.
#[derive(Clone, Copy)]
enum Within {
    /// No NFS mount.
    Nothing,
    Mount,
    /// The list of operations of a mount.
    Operations,
}

impl<'a> Mount<'a> {
    fn take(&mut self, within: Within, fields: &[&'a [u8]]) -> Option<Within> {
        let (key, values) = fields.split_first()?;
        match (within, *key) {
            (Within::Nothing, _) => {}
            (Within::Mount, b"age:") => self.age_seconds = values.first().and_then(|age| text::number(age))?,
            (Within::Mount, b"bytes:") => self.bytes = numbers(values)?.try_into().ok()?,
            (Within::Mount, b"events:") => self.events = numbers(values)?.try_into().ok()?,
            (Within::Mount, b"xprt:") => self.transports.extend(transport(values)?),
            (Within::Mount, b"per-op") => return Some(Within::Operations),
            (Within::Mount, _) => {}
            (Within::Operations, name) => {
                let counts = *numbers(values)?.first_chunk()?;
                self.operations.push(Operation { name: name.strip_suffix(b":").unwrap_or(name), counts });
            }
        }
        Some(within)
    }
}

/// `None` is a line that is wrong, and none inside a transport of a kind that is not known.
#[expect(clippy::option_option, reason = "wrong and unknown are two things")]
fn transport<'a>(values: &[&'a [u8]]) -> Option<Option<Transport<'a>>> {
    let (protocol, values) = values.split_first()?;
    let numbers = numbers(values)?;
    // Datagrams have no connections, so that three numbers are missing. The last three came with version 1.1, and are
    // replaced by others for RDMA.
    let (connected, queues) = match (*protocol, numbers.len()) {
        (b"tcp", 10 | 13) => (true, true),
        (b"udp", 7 | 10) => (false, true),
        (b"rdma", 20..=31) => (true, false),
        (b"tcp" | b"udp" | b"rdma", _) => return None,
        _ => return Some(None),
    };
    let mut numbers = numbers.into_iter();
    let mut next = || numbers.next().unwrap_or(0);
    let (_port, binds) = (next(), next());
    let [connects, _connect_time, idle_seconds] = if connected { [next(), next(), next()] } else { [0; 3] };
    let [sends, receives, bad_transactions, _active, backlog] = [next(), next(), next(), next(), next()];
    let [most_slots, sending, pending] = if queues { [next(), next(), next()] } else { [0; 3] };
    Some(Some(Transport {
        protocol,
        binds,
        connects,
        idle_seconds,
        sends,
        receives,
        bad_transactions,
        backlog,
        most_slots,
        sending,
        pending,
    }))
}

fn numbers(fields: &[&[u8]]) -> Option<Vec<u64>> {
    fields.iter().map(|field| text::number(field)).collect()
}

/// The option `addr` of each mount of mountinfo, which stands among the last field's; empty where there is none.
pub(super) fn addresses(mountinfo: &[u8]) -> Vec<String> {
    let address = |line| {
        let options = text::fields(line).last().unwrap_or_default();
        let address = options.split(|&byte| byte == b',').find_map(|option| option.strip_prefix(b"addr="));
        text::shown(address.unwrap_or_default()).into_owned()
    };
    text::lines(mountinfo).map(address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NFS: &str = "device srv:/a mounted on /mnt with fstype nfs4 statvers=1.1\n";

    fn parsed(lines: &str) -> Result<String, String> {
        mounts(format!("{NFS}{lines}").as_bytes()).map(|mounts| format!("{:?}", mounts[0]))
    }

    #[test]
    fn a_mount_ends_at_an_empty_line_or_the_next_one() {
        let content = format!(
            "no device mounted on / with fstype rootfs\ndevice proc mounted on /proc with fstype proc\n{NFS}\tage:\t13968\n\
             \txprt:\ttcp 832 1 2 3 4 5 6 7 8 9 10 11 12\n\tper-op statistics\n\t NULL: 0 1 2 3 4 5 6 7 8\n\nage: 1\n\
             device x mounted on /x with fstype ext4\n"
        );
        let mounts = mounts(content.as_bytes()).unwrap();
        assert_eq!(mounts.len(), 1);
        assert_eq!((mounts[0].place, mounts[0].device, mounts[0].mountpoint), (2, &b"srv:/a"[..], &b"/mnt"[..]));
        assert_eq!(mounts[0].age_seconds, 13968);
        assert_eq!(mounts[0].operations, [Operation { name: b"NULL", counts: [0, 1, 2, 3, 4, 5, 6, 7] }]);
        let transport = &mounts[0].transports[0];
        assert_eq!((transport.binds, transport.connects, transport.idle_seconds, transport.sends), (1, 2, 4, 5));
        assert_eq!((transport.backlog, transport.most_slots, transport.sending, transport.pending), (9, 10, 11, 12));
    }

    #[test]
    fn datagrams_and_rdma_lack_some_numbers() {
        fn of(line: &str) -> Option<Option<Transport<'_>>> {
            transport(&text::fields(line.as_bytes()).collect::<Vec<_>>())
        }
        let udp = of("udp 832 1 5 6 7 8 9 10 11 12").unwrap().unwrap();
        assert_eq!((udp.binds, udp.connects, udp.sends, udp.backlog, udp.pending), (1, 0, 5, 9, 12));
        let rdma = format!("rdma 0 1 2 3 4 5 6 7 8 9{}", " 99".repeat(18));
        let rdma = of(&rdma).unwrap().unwrap();
        assert_eq!((rdma.sends, rdma.backlog, rdma.most_slots), (5, 9, 0));
        assert_eq!(of("carrier-pigeon 1 2"), Some(None));
        assert_eq!(of("tcp 1 2"), None);
    }

    #[test]
    fn wrong_lines_are_shown() {
        for line in ["age: x", "bytes: 1 2", "events: 1", "xprt: tcp 1", "xprt:", "per-op statistics\nREAD: 1 2"] {
            let shown = line.lines().last().unwrap();
            assert_eq!(parsed(line).unwrap_err(), format!("cannot parse `{shown}`"));
        }
        assert_eq!(parsed("device x\n").unwrap_err(), "cannot parse `device x`");
        assert_eq!(mounts(b"").unwrap_err(), "tells of no mount");
    }

    #[test]
    fn addresses_stand_among_the_last_options() {
        let mountinfo = b"16 21 0:16 / /sys rw shared:7 - sysfs sysfs rw\n\
            194 21 0:42 / /mnt rw shared:144 - nfs4 srv:/a rw,vers=4.0,addr=192.168.1.1,local_lock=none\n";
        assert_eq!(addresses(mountinfo), ["", "192.168.1.1"]);
    }
}
