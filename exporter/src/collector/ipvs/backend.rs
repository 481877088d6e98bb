//! Services and their backends, as `/proc/net/ip_vs` lists them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::source::text;

/// A server that a service hands connections to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Backend {
    pub(super) service: Service,
    pub(super) address: IpAddr,
    pub(super) port: u16,
    pub(super) weight: u64,
    pub(super) active: u64,
    pub(super) inactive: u64,
}

/// What clients connect to: an address and a port, or packets that the firewall has marked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Service {
    pub(super) protocol: String,
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
    pub(super) mark: String,
}

/// Parses the table: a line for each service (`TCP  C0A80016:0CEA wlc`), and below it one for each backend
/// (`  -> C0A85216:0CEA Tunnel 100 248 2`: address, forwarding, weight, active and inactive connections).
pub(super) fn parse(content: &[u8]) -> Result<Vec<Backend>, String> {
    let mut backends = Vec::new();
    let mut service = Service::default();
    for line in text::lines(content) {
        let fields: Vec<&[u8]> = text::fields(line).collect();
        let backend = match *fields {
            [b"IP" | b"Prot", ..] | [b"->", b"RemoteAddress:Port", ..] => continue,
            [b"->", address, _, weight, active, inactive, ..] => backend(&service, [address, weight, active, inactive]),
            [b"FWM", mark, ..] => {
                service = Service { protocol: "FWM".into(), mark: text::shown(mark).into(), ..Service::default() };
                continue;
            }
            [protocol @ (b"TCP" | b"UDP" | b"SCTP"), local, ..] => {
                let (address, port) = endpoint(local).ok_or_else(|| no_endpoint(local))?;
                let protocol = text::shown(protocol).into();
                service = Service { protocol, address: Some(address), port, mark: String::new() };
                continue;
            }
            _ => continue,
        };
        backends.push(backend.ok_or_else(|| format!("no backend in `{}`", text::shown(line)))?);
    }
    Ok(backends)
}

fn backend(service: &Service, [address, weight, active, inactive]: [&[u8]; 4]) -> Option<Backend> {
    let (address, port) = endpoint(address)?;
    Some(Backend {
        service: service.clone(),
        address,
        port,
        weight: text::number(weight)?,
        active: text::number(active)?,
        inactive: text::number(inactive)?,
    })
}

/// `C0A80016:0CEA` or `[2620:0000:0000:0000:0000:0000:0000:0001]:0050`.
fn endpoint(text: &[u8]) -> Option<(IpAddr, u16)> {
    let (address, port) = std::str::from_utf8(text).ok()?.rsplit_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let address = match address.strip_prefix('[').and_then(|address| address.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().ok()?.to_canonical(),
        None if address.len() == 8 => Ipv4Addr::from_bits(u32::from_str_radix(address, 16).ok()?).into(),
        None => return None,
    };
    Some((address, port))
}

fn no_endpoint(text: &[u8]) -> String {
    format!("`{}` is no address and port", text::shown(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backends_belong_to_the_service_above_them() {
        let table = b"IP Virtual Server version 1.2.1 (size=4096)\n\
            Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n\
            UDP  [2620:0000:0000:0000:0000:0000:0000:0001]:0050 sh\n  -> [2620:0000:0000:0000:0000:0000:0000:0002]:0051      Route   1      2          3\n\
            FWM  10001000 wlc\n  -> C0A8321A:0CEA      Tunnel  20     64         1\n  -> cut\n";
        let backends = parse(table).unwrap();
        assert_eq!(backends.len(), 2);
        assert_eq!(backends[0].service.address, Some("2620::1".parse().unwrap()));
        assert_eq!((backends[0].service.port, backends[0].service.protocol.as_str()), (0x50, "UDP"));
        assert_eq!((backends[0].address.to_string().as_str(), backends[0].port), ("2620::2", 0x51));
        assert_eq!((backends[0].weight, backends[0].active, backends[0].inactive), (1, 2, 3));
        let marked = Service { protocol: "FWM".into(), mark: "10001000".into(), ..Service::default() };
        assert_eq!(backends[1].service, marked);
    }

    #[test]
    fn wrong_addresses_and_numbers_are_shown() {
        assert_eq!(parse(b"TCP C0A800:0CEA wlc\n").unwrap_err(), "`C0A800:0CEA` is no address and port");
        assert_eq!(parse(b"-> C0A80016:0CEA T 1 x 2").unwrap_err(), "no backend in `-> C0A80016:0CEA T 1 x 2`");
        for text in [&b""[..], b"C0A80016", b"\xff:1", b"C0A80016:10000", b"[::1:1", b"+0A80016:1z"] {
            assert_eq!(endpoint(text), None);
        }
    }
}
