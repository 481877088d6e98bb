//! Wireless interfaces and the stations that they see, over nl80211.

mod fixture;
mod nl80211;

use std::path::PathBuf;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::sample::{Families, Value};
use crate::source::netlink::Netlink;

const FIXTURES: &str = "collector.wifi.fixtures";

pub(super) const REGISTRATION: Registration = Registration {
    name: "wifi",
    enabled_by_default: false,
    // Drivers ask the hardware.
    pace: Pace::Slow,
    flags: &[
        Flag::text(FIXTURES, "FOLDER", "", "Folder with recorded answers to use instead of the kernel's.").hidden()
    ],
    new: |settings| {
        let fixtures = settings.given_text(FIXTURES).map(PathBuf::from);
        Ok(Box::new(Wifi { netlink: Netlink::generic(), fixtures }))
    },
};

struct Wifi {
    netlink: Netlink,
    fixtures: Option<PathBuf>,
}

#[derive(Debug, Default, PartialEq)]
struct Interface {
    index: u32,
    name: String,
    address: Vec<u8>,
    frequency_mhz: u32,
    network: Option<Network>,
    stations: Vec<Station>,
}

/// What an interface has joined.
#[derive(Debug, Default, PartialEq)]
struct Network {
    address: Vec<u8>,
    name: String,
    mode: &'static str,
}

/// Another side that an interface talks to.
#[derive(Debug, Default, PartialEq)]
struct Station {
    address: Vec<u8>,
    connected_seconds: f64,
    inactive_seconds: f64,
    receive_bits_per_second: u64,
    transmit_bits_per_second: u64,
    received_bytes: u64,
    transmitted_bytes: u64,
    received_packets: u32,
    transmitted_packets: u32,
    signal_dbm: i32,
    retries: u32,
    failed: u32,
    beacon_losses: u32,
}

impl Collector for Wifi {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let interfaces = match &self.fixtures {
            Some(folder) => fixture::read(folder)?,
            None => nl80211::ask(&mut self.netlink, scrape.deadline)?,
        };
        write(&interfaces, out);
        Ok(())
    }
}

type Exposed = (&'static str, &'static str, fn(&Station) -> Value);

/// After `node_wifi_station_`; those that count end in `_total`.
#[rustfmt::skip]
const STATION: [Exposed; 12] = [
    ("connected_seconds_total", "How long the station has been connected, in seconds.", |it| it.connected_seconds.into()),
    ("inactive_seconds", "How long nothing was heard of the station, in seconds.", |it| it.inactive_seconds.into()),
    ("receive_bits_per_second", "Bit rate of receiving from the station.", |it| it.receive_bits_per_second.into()),
    ("transmit_bits_per_second", "Bit rate of sending to the station.", |it| it.transmit_bits_per_second.into()),
    ("receive_bytes_total", "Bytes received from the station.", |it| it.received_bytes.into()),
    ("transmit_bytes_total", "Bytes sent to the station.", |it| it.transmitted_bytes.into()),
    ("signal_dbm", "Strength of the station's signal, in dBm.", |it| it.signal_dbm.into()),
    ("transmit_retries_total", "Times that a packet to the station was sent again.", |it| it.retries.into()),
    ("transmit_failed_total", "Packets to the station that could not be sent.", |it| it.failed.into()),
    ("beacon_loss_total", "Times that the station's beacon was missed.", |it| it.beacon_losses.into()),
    ("transmitted_packets_total", "Packets sent to the station.", |it| it.transmitted_packets.into()),
    ("received_packets_total", "Packets received from the station.", |it| it.received_packets.into()),
];

fn write(interfaces: &[Interface], out: &mut Families) {
    let frequency = out.gauge("node_wifi_interface_frequency_hertz", "Frequency that the interface uses, in hertz.");
    let info = out.gauge("node_wifi_station_info", "1, labelled by the network that the interface has joined.");
    let station_families = STATION.map(|(name, help, _)| {
        let full = format!("node_wifi_station_{name}");
        if name.ends_with("_total") { out.counter(&full, help) } else { out.gauge(&full, help) }
    });
    // Some virtual devices have no name.
    for interface in interfaces.iter().filter(|interface| !interface.name.is_empty()) {
        let device = ("device", interface.name.as_str());
        out.add(frequency, &[device], u64::from(interface.frequency_mhz) * 1_000_000);
        if let Some(Network { address, name, mode }) = &interface.network {
            let bssid = shown(address);
            out.add(info, &[("bssid", &*bssid), device, ("mode", mode), ("ssid", name)], 1u64);
        }
        for station in &interface.stations {
            let address = shown(&station.address);
            for (family, (_, _, value)) in station_families.into_iter().zip(STATION) {
                out.add(family, &[device, ("mac_address", &address)], value(station));
            }
        }
    }
}

/// `00:11:22:33:44:55`
fn shown(address: &[u8]) -> String {
    address.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}
