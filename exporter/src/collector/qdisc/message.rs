//! A queueing discipline, as netlink describes it: `struct tcmsg` and attributes, see `rtnetlink(7)`.

use super::Root;
use crate::source::netlink::{attributes, integer, string, u32_at};
use crate::source::text;

/// `RTM_GETQDISC`, and what answers it.
pub(super) const REQUEST: u16 = 38;
pub(super) const ANSWER: u16 = 36;
pub(super) const REQUEST_BODY: [u8; HEADER] = [0; HEADER];

const HEADER: usize = 20;
/// The parent of a discipline that is no other's child.
const ROOT: u32 = u32::MAX;

const KIND: u16 = 1;
const STATISTICS: u16 = 7;
/// Within the statistics.
const BASIC: u16 = 1;
const QUEUE: u16 = 3;
/// Packets, where they are too many for the 32 bits among the basic ones.
const PACKETS: u16 = 8;

/// The interface's index and the discipline of a message's payload; `None` for what is another discipline's child.
pub(super) fn parse(payload: &[u8]) -> Option<(u32, Root)> {
    let (index, parent) = (u32_at(payload, 4)?, u32_at(payload, 12)?);
    if parent != ROOT && parent != 0 {
        return None;
    }
    let mut root = Root::default();
    for (kind, value) in attributes(payload.get(HEADER..)?) {
        match kind {
            KIND => root.kind = text::shown(string(value)).into_owned(),
            STATISTICS => root.take_statistics(value),
            _ => {}
        }
    }
    Some((index, root))
}

impl Root {
    fn take_statistics(&mut self, nested: &[u8]) {
        let wide = |value, at| integer(value, at).map(u64::from_ne_bytes);
        let mut all_packets = None;
        for (kind, value) in attributes(nested) {
            let number = |at| u32_at(value, at).unwrap_or(0);
            match kind {
                BASIC => {
                    self.bytes = wide(value, 0).unwrap_or(0);
                    self.packets = u64::from(number(8));
                }
                QUEUE => {
                    self.queue_length = number(0);
                    self.backlog = number(4);
                    self.drops = number(8);
                    self.requeues = number(12);
                    self.overlimits = number(16);
                }
                PACKETS => all_packets = wide(value, 0),
                _ => {}
            }
        }
        self.packets = all_packets.unwrap_or(self.packets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::netlink::attribute;

    fn payload(parent: u32, attributes: &[Vec<u8>]) -> Vec<u8> {
        let mut payload = vec![0; HEADER];
        payload[4..8].copy_from_slice(&3u32.to_ne_bytes());
        payload[12..16].copy_from_slice(&parent.to_ne_bytes());
        payload.extend(attributes.concat());
        payload
    }

    fn statistics(more: &[Vec<u8>]) -> Vec<u8> {
        let mut basic = 83u64.to_ne_bytes().to_vec();
        basic.extend(7u32.to_ne_bytes());
        basic.extend([0; 4]);
        let queue: Vec<u8> = [1u32, 2, 3, 4, 5].iter().flat_map(|number| number.to_ne_bytes()).collect();
        attribute(
            STATISTICS,
            &[vec![attribute(BASIC, &basic), attribute(QUEUE, &queue)], more.to_vec()].concat().concat(),
        )
    }

    #[test]
    fn a_root_has_a_kind_and_statistics() {
        let (index, root) = parse(&payload(ROOT, &[attribute(KIND, b"fq\0"), statistics(&[])])).unwrap();
        let wanted = Root {
            device: String::new(),
            kind: "fq".into(),
            bytes: 83,
            packets: 7,
            queue_length: 1,
            backlog: 2,
            drops: 3,
            requeues: 4,
            overlimits: 5,
        };
        assert_eq!((index, root), (3, wanted));
        let many = attribute(PACKETS, &(1u64 << 40).to_ne_bytes());
        assert_eq!(parse(&payload(ROOT, &[statistics(&[many])])).unwrap().1.packets, 1 << 40);
    }

    #[test]
    fn children_and_cut_messages_are_left_out() {
        assert_eq!(parse(&payload(1, &[])), None);
        let whole = payload(ROOT, &[attribute(KIND, b"fq\0"), statistics(&[])]);
        for length in 0..whole.len() {
            let _ = parse(&whole[..length]);
        }
    }
}
