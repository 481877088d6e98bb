//! Recorded answers, in node_exporter's form: `interfaces.json`, and for each interface a folder with `bss.json` and
//! `stationinfo.json`.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Interface, Network, Station};
use crate::collector::CollectError;
use crate::source::{if_present, read_into};

#[derive(Default, Deserialize)]
#[serde(default)]
struct RecordedInterface {
    name: String,
    frequency: u32,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RecordedNetwork {
    ssid: String,
    bssid: String,
    status: u32,
}

/// Times are in nanoseconds.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RecordedStation {
    hardwareaddr: String,
    connected: f64,
    inactive: f64,
    receivebitrate: u64,
    transmitbitrate: u64,
    receivedbytes: u64,
    transmittedbytes: u64,
    receivedpackets: u32,
    transmittedpackets: u32,
    signal: i32,
    transmitretries: u32,
    transmitfailed: u32,
    beaconloss: u32,
}

pub(super) fn read(folder: &Path) -> Result<Vec<Interface>, CollectError> {
    let recorded: Vec<RecordedInterface> = parse(&folder.join("interfaces.json"))?
        .ok_or_else(|| CollectError::no_data(format!("{} has no interfaces.json", folder.display())))?;
    let mut interfaces = Vec::new();
    for RecordedInterface { name, frequency } in recorded {
        let network: Option<RecordedNetwork> = parse(&folder.join(&name).join("bss.json"))?;
        let stations: Option<Vec<RecordedStation>> = parse(&folder.join(&name).join("stationinfo.json"))?;
        interfaces.push(Interface {
            name,
            frequency_mhz: frequency,
            network: network.map(Network::from),
            stations: stations.unwrap_or_default().into_iter().map(Station::from).collect(),
            ..Interface::default()
        });
    }
    Ok(interfaces)
}

fn parse<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, CollectError> {
    let mut content = Vec::new();
    let Some(content) = if_present(read_into(path, &mut content))? else { return Ok(None) };
    let wrong = |error: serde_json::Error| CollectError::parse(path.display().to_string(), error.to_string());
    serde_json::from_slice(content).map(Some).map_err(wrong)
}

impl From<RecordedNetwork> for Network {
    fn from(recorded: RecordedNetwork) -> Self {
        // These are not the kernel's numbers but those of the library that recorded them.
        let mode = match recorded.status {
            0 | 1 => "client",
            3 => "ad-hoc",
            _ => "unknown",
        };
        Network { address: base64(&recorded.bssid), name: recorded.ssid, mode }
    }
}

impl From<RecordedStation> for Station {
    fn from(recorded: RecordedStation) -> Self {
        Station {
            address: base64(&recorded.hardwareaddr),
            connected_seconds: recorded.connected / 1e9,
            inactive_seconds: recorded.inactive / 1e9,
            receive_bits_per_second: recorded.receivebitrate,
            transmit_bits_per_second: recorded.transmitbitrate,
            received_bytes: recorded.receivedbytes,
            transmitted_bytes: recorded.transmittedbytes,
            received_packets: recorded.receivedpackets,
            transmitted_packets: recorded.transmittedpackets,
            signal_dbm: recorded.signal,
            retries: recorded.transmitretries,
            failed: recorded.transmitfailed,
            beacon_losses: recorded.beaconloss,
        }
    }
}

/// The bytes of an address, which JSON holds in base64. What is none ends the address.
fn base64(text: &str) -> Vec<u8> {
    let digit = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0u32);
    for digit in text.bytes().map_while(digit) {
        bits = (bits << 6 | u32::from(digit)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap_or_default());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_decoded() {
        assert_eq!(base64("ABEiM0RV"), [0x00, 0x11, 0x22, 0x33, 0x44, 0x55]);
        assert_eq!(base64("qrvM3e7/"), [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]);
        assert_eq!(base64("QQ=="), b"A");
        assert!(base64("").is_empty());
    }
}
