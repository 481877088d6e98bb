//! A port's abilities, from the bits that drivers tell them by: `ETHTOOL_LINK_MODE_…_BIT` in `linux/ethtool.h`.

use crate::sample::Families;
use crate::source::ethtool::Settings;

const AUTONEGOTIATION: u32 = 6;
const PAUSE: u32 = 13;
const ASYMMETRIC_PAUSE: u32 = 14;

/// Bit and kind of connector.
const PORTS: [(u32, &str); 6] = [(7, "TP"), (8, "AUI"), (9, "MII"), (10, "FIBRE"), (11, "BNC"), (16, "Backplane")];

/// Bit, megabits per second, duplex, and the rest of the mode's name.
#[rustfmt::skip]
const SPEEDS: [(u32, u32, &str, &str); 22] = [
    (0, 10, "half", "T"), (1, 10, "full", "T"), (2, 100, "half", "T"), (3, 100, "full", "T"),
    (4, 1000, "half", "T"), (5, 1000, "full", "T"), (12, 10_000, "full", "T"), (17, 1000, "full", "KX"),
    (18, 10_000, "full", "KX4"), (19, 10_000, "full", "KR"), (20, 10_000, "full", "R_FEC"),
    (21, 20_000, "full", "MLD2"), (22, 20_000, "full", "KR2"), (23, 40_000, "full", "KR4"),
    (24, 40_000, "full", "CR4"), (25, 40_000, "full", "SR4"), (26, 40_000, "full", "LR4"),
    (27, 56_000, "full", "KR4"), (28, 56_000, "full", "CR4"), (29, 56_000, "full", "SR4"),
    (30, 56_000, "full", "LR4"), (31, 25_000, "full", "CR"),
];

/// Speeds are in bytes per second, as those of netclass.
const BYTES_PER_MEGABIT: u64 = 1_000_000 / 8;

pub(super) fn write(device: &str, settings: &Settings, out: &mut Families) {
    let label = [("device", device)];
    let supported = out.gauge("node_network_supported_port_info", "1, labelled by a connector that the port can have.");
    for (_, name) in PORTS.into_iter().filter(|(bit, _)| has(settings.supported, *bit)) {
        out.add(supported, &[("device", device), ("type", name)], 1u64);
    }
    let autonegotiate = out.gauge("node_network_autonegotiate", "1 if the port negotiates its mode, 0 if not.");
    out.add(autonegotiate, &label, settings.autonegotiation);

    write_speeds(
        device,
        "node_network_supported_speed_bytes",
        "Speeds that the port can have.",
        settings.supported,
        out,
    );
    write_speeds(
        device,
        "node_network_advertised_speed_bytes",
        "Speeds that the port offers to the other side.",
        settings.advertised,
        out,
    );
    for (ability, bit) in [("autonegotiate", AUTONEGOTIATION), ("pause", PAUSE), ("asymmetricpause", ASYMMETRIC_PAUSE)]
    {
        for (word, help, modes) in [
            ("supported", "1 if the port is able to do this, 0 if not.", settings.supported),
            ("advertised", "1 if the port offers this to the other side, 0 if not.", settings.advertised),
        ] {
            let family = out.gauge(&format!("node_network_{ability}_{word}"), help);
            out.add(family, &label, has(modes, bit));
        }
    }
}

fn write_speeds(device: &str, name: &str, help: &str, modes: u32, out: &mut Families) {
    let family = out.gauge(name, help);
    for (_, megabits, duplex, suffix) in SPEEDS.into_iter().filter(|(bit, ..)| has(modes, *bit)) {
        let mode = format!("{megabits}base{suffix}");
        let labels = [("device", device), ("duplex", duplex), ("mode", &*mode)];
        out.add(family, &labels, u64::from(megabits) * BYTES_PER_MEGABIT);
    }
}

fn has(modes: u32, bit: u32) -> bool {
    modes >> bit & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_become_series() {
        let settings =
            Settings { supported: 1 << 7 | 1 << 6 | 1 << 5, advertised: 1 << 5 | 1 << 13, autonegotiation: 1 };
        let mut out = Families::default();
        write("eth0", &settings, &mut out);
        let text: String = out.lines.iter().map(|line| String::from_utf8_lossy(out.slice(&line.span))).collect();
        insta::assert_snapshot!(text, @r#"
        node_network_supported_port_info{device="eth0",type="TP"} 1
        node_network_autonegotiate{device="eth0"} 1
        node_network_supported_speed_bytes{device="eth0",duplex="full",mode="1000baseT"} 125000000
        node_network_advertised_speed_bytes{device="eth0",duplex="full",mode="1000baseT"} 125000000
        node_network_autonegotiate_supported{device="eth0"} 1
        node_network_autonegotiate_advertised{device="eth0"} 0
        node_network_pause_supported{device="eth0"} 0
        node_network_pause_advertised{device="eth0"} 1
        node_network_asymmetricpause_supported{device="eth0"} 0
        node_network_asymmetricpause_advertised{device="eth0"} 0
        "#);
    }
}
