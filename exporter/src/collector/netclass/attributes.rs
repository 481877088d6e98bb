//! The attributes of an interface, named as the files in `/sys/class/net/<interface>/`.

use crate::sample::Kind;

/// An interface as it is exposed; texts are empty and numbers absent where nothing is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Attributes {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) broadcast: String,
    pub(super) duplex: String,
    pub(super) operstate: String,
    pub(super) alias: String,
    /// In the order of [`NUMBERS`].
    pub(super) numbers: [Option<i64>; NUMBERS.len()],
}

/// A file with a number, and the family that it becomes.
pub(super) struct Number {
    pub(super) file: &'static str,
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    pub(super) help: &'static str,
}

macro_rules! numbers {
    ($($constant:ident = $which:literal: $file:literal, $kind:ident $name:literal, $help:literal;)*) => {
        pub(super) const NUMBERS: [Number; 17] =
            [$(Number { file: $file, kind: Kind::$kind, name: concat!("node_network_", $name), help: $help }),*];
        $(pub(super) const $constant: usize = $which;)*

        #[test]
        fn constants_point_at_their_files() {
            $(assert_eq!(NUMBERS[$constant].file, $file);)*
        }
    };
}

#[rustfmt::skip]
numbers! {
    ADDR_ASSIGN_TYPE = 0: "addr_assign_type", Gauge "address_assign_type", "How the interface got its hardware address.";
    CARRIER = 1: "carrier", Gauge "carrier", "Whether the interface has a carrier.";
    CARRIER_CHANGES = 2: "carrier_changes", Counter "carrier_changes_total", "How often the carrier came or went.";
    CARRIER_UP_COUNT = 3: "carrier_up_count", Counter "carrier_up_changes_total", "How often the carrier came.";
    CARRIER_DOWN_COUNT = 4: "carrier_down_count", Counter "carrier_down_changes_total", "How often the carrier went.";
    DEV_ID = 5: "dev_id", Gauge "device_id", "Tells interfaces of one device apart.";
    DORMANT = 6: "dormant", Gauge "dormant", "Whether the interface waits for something, like authentication.";
    FLAGS = 7: "flags", Gauge "flags", "The interface's flags, as a number.";
    IFINDEX = 8: "ifindex", Gauge "iface_id", "The interface's number.";
    IFLINK = 9: "iflink", Gauge "iface_link", "The number of the interface that this one is stacked on or paired with, or its own.";
    LINK_MODE = 10: "link_mode", Gauge "iface_link_mode", "The interface's link mode.";
    MTU = 11: "mtu", Gauge "mtu_bytes", "The largest packet that the interface can send, in bytes.";
    NAME_ASSIGN_TYPE = 12: "name_assign_type", Gauge "name_assign_type", "How the interface got its name.";
    NETDEV_GROUP = 13: "netdev_group", Gauge "net_dev_group", "The group that the interface belongs to.";
    SPEED = 14: "speed", Gauge "speed_bytes", "The interface's speed, in bytes per second; negative when it is not known.";
    TX_QUEUE_LEN = 15: "tx_queue_len", Gauge "transmit_queue_length", "How many packets may wait to be sent.";
    TYPE = 16: "type", Gauge "protocol_type", "The interface's hardware type.";
}

impl Attributes {
    /// Whether the interface is meant to be up.
    pub(super) fn adminstate(&self) -> &'static str {
        const UP: i64 = 1;
        match self.numbers[FLAGS] {
            Some(flags) if flags & UP != 0 => "up",
            Some(_) => "down",
            None => "unknown",
        }
    }

    /// A number as it is exposed: the speed, which is in Mbit/s, becomes bytes per second.
    pub(super) fn exposed(&self, which: usize, ignore_invalid_speed: bool) -> Option<i64> {
        let number = self.numbers[which]?;
        if which != SPEED {
            return Some(number);
        }
        (number >= 0 || !ignore_invalid_speed).then(|| number.saturating_mul(125_000))
    }
}

/// Parses the numbers of sysfs: decimal, or hexadecimal with `0x`.
pub(super) fn parse_number(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_both_bases_are_read() {
        assert_eq!(parse_number("0x1003"), Some(0x1003));
        assert_eq!(parse_number("-1"), Some(-1));
        for none in ["", "x", "0x", "9223372036854775808"] {
            assert_eq!(parse_number(none), None, "{none}");
        }
    }

    #[test]
    fn an_unknown_speed_is_negative_or_absent() {
        let mut interface = Attributes::default();
        assert_eq!(interface.exposed(SPEED, false), None);
        interface.numbers[SPEED] = Some(-1);
        assert_eq!(interface.exposed(SPEED, false), Some(-125_000));
        assert_eq!(interface.exposed(SPEED, true), None);
        interface.numbers[SPEED] = Some(10_000);
        assert_eq!(interface.exposed(SPEED, true), Some(1_250_000_000));
    }

    #[test]
    fn the_admin_state_is_a_flag() {
        let mut interface = Attributes::default();
        assert_eq!(interface.adminstate(), "unknown");
        interface.numbers[FLAGS] = Some(0x1003);
        assert_eq!(interface.adminstate(), "up");
        interface.numbers[FLAGS] = Some(0x1002);
        assert_eq!(interface.adminstate(), "down");
    }
}
