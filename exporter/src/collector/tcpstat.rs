//! TCP connections by state, and what waits in their queues, over netlink.

use std::path::PathBuf;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::netlink::{Netlink, u32_at};

pub(super) const REGISTRATION: Registration = Registration {
    name: "tcpstat",
    enabled_by_default: false,
    // With a million connections, the kernel takes its time.
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(Tcpstat { netlink: Netlink::sockets(), ipv6: settings.roots.proc("net/tcp6") })),
};

struct Tcpstat {
    netlink: Netlink,
    /// Is there where the kernel knows IPv6.
    ipv6: PathBuf,
}

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// `SOCK_DIAG_BY_FAMILY`, which is the answer's type, too.
const BY_FAMILY: u16 = 20;

impl Collector for Tcpstat {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut sockets = Sockets::default();
        for family in [AF_INET, AF_INET6] {
            if family == AF_INET6 && !self.ipv6.exists() {
                continue;
            }
            let failed = |error| CollectError::Failed(format!("cannot list the TCP sockets: {error}"));
            let request = request(family);
            let messages = self.netlink.dump(BY_FAMILY, &request, scrape.deadline).map_err(failed)?;
            for message in messages.filter(|message| message.kind == BY_FAMILY) {
                sockets.count(message.payload);
            }
        }
        sockets.write(out);
        Ok(())
    }
}

/// `struct inet_diag_req_v2` that asks for sockets in all states, and for nothing more about them.
fn request(family: u8) -> [u8; 56] {
    let mut request = [0; 56];
    [request[0], request[1]] = [family, IPPROTO_TCP];
    request[4..8].copy_from_slice(&0xfffu32.to_ne_bytes());
    request
}

/// By number, as in the kernel's `net/tcp_states.h`.
const STATES: [&str; 12] = [
    "unknown",
    "established",
    "syn_sent",
    "syn_recv",
    "fin_wait1",
    "fin_wait2",
    "time_wait",
    "close",
    "close_wait",
    "last_ack",
    "listen",
    "closing",
];

#[derive(Debug, Default, PartialEq)]
struct Sockets {
    states: [u64; STATES.len()],
    received_bytes: u64,
    unsent_bytes: u64,
}

impl Sockets {
    /// Counts a `struct inet_diag_msg`: the state stands at 1, the queues at 56 and 60.
    fn count(&mut self, payload: &[u8]) {
        let (Some(&state), Some(received), Some(unsent)) = (payload.get(1), u32_at(payload, 56), u32_at(payload, 60))
        else {
            return;
        };
        let known = if usize::from(state) < STATES.len() { usize::from(state) } else { 0 };
        self.states[known] += 1;
        self.received_bytes += u64::from(received);
        self.unsent_bytes += u64::from(unsent);
    }

    /// A state without sockets has no series; nor have the queues when there is none at all.
    fn write(&self, out: &mut Families) {
        let family = out.gauge("node_tcp_connection_states", "TCP sockets by state; and bytes in their queues.");
        for (state, count) in STATES.into_iter().zip(self.states).filter(|(_, count)| *count > 0) {
            out.add(family, &[("state", state)], count);
        }
        if self.states.iter().any(|&count| count > 0) {
            out.add(family, &[("state", "rx_queued_bytes")], self.received_bytes);
            out.add(family, &[("state", "tx_queued_bytes")], self.unsent_bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(state: u8, received: u32, unsent: u32) -> Vec<u8> {
        let mut payload = vec![0; 72];
        payload[1] = state;
        payload[56..60].copy_from_slice(&received.to_ne_bytes());
        payload[60..64].copy_from_slice(&unsent.to_ne_bytes());
        payload
    }

    #[test]
    fn sockets_are_counted_by_state() {
        let mut sockets = Sockets::default();
        for payload in [socket(1, 5, u32::MAX), socket(1, 0, 1), socket(10, 0, 128), socket(77, 0, 0)] {
            sockets.count(&payload);
        }
        sockets.count(&socket(1, 1, 1)[..63]);
        let mut out = Families::default();
        sockets.write(&mut out);
        let text: String = out.lines.iter().map(|line| String::from_utf8_lossy(out.slice(&line.span))).collect();
        insta::assert_snapshot!(text, @r#"
        node_tcp_connection_states{state="unknown"} 1
        node_tcp_connection_states{state="established"} 2
        node_tcp_connection_states{state="listen"} 1
        node_tcp_connection_states{state="rx_queued_bytes"} 5
        node_tcp_connection_states{state="tx_queued_bytes"} 4294967424
        "#);
    }

    #[test]
    fn a_listening_socket_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
        let mut netlink = Netlink::sockets();
        let mut sockets = Sockets::default();
        for message in netlink.dump(BY_FAMILY, &request(AF_INET), deadline).unwrap() {
            sockets.count(message.payload);
        }
        assert!(sockets.states[10] > 0, "{sockets:?}");
        drop(listener);
    }
}
