//! An address to listen on.

use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use super::UsageError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Listen {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl std::fmt::Display for Listen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Listen::Tcp(address) => address.fmt(formatter),
            Listen::Unix(path) => write!(formatter, "unix:{}", path.display()),
        }
    }
}

impl Listen {
    /// Parses `:9100` (every address, IPv6 and IPv4), `host:port`, `[::1]:9100` or `unix:/path`.
    pub(super) fn parse(text: &str) -> Result<Self, UsageError> {
        let wrong = |why: &str| {
            let allowed = format!("an address like `:9100`, `localhost:9100` or `unix:/path`{why}");
            UsageError::value("web.listen-address", text, allowed)
        };
        if let Some(path) = text.strip_prefix("unix:") {
            if !path.starts_with('/') {
                return Err(wrong(": the socket's path has to begin with `/`"));
            }
            return Ok(Listen::Unix(path.into()));
        }
        if let Some(port) = text.strip_prefix(':') {
            let port = port.parse().map_err(|_| wrong(": the port is a number up to 65535"))?;
            return Ok(Listen::Tcp((Ipv6Addr::UNSPECIFIED, port).into()));
        }
        let mut addresses = text.to_socket_addrs().map_err(|error| wrong(&format!(": {error}")))?;
        addresses.next().map(Listen::Tcp).ok_or_else(|| wrong(": the name has no address"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_address() {
        let shown = |text| Listen::parse(text).unwrap().to_string();
        assert_eq!(shown(":9100"), "[::]:9100");
        assert_eq!(shown("127.0.0.1:0"), "127.0.0.1:0");
        assert_eq!(shown("[::1]:9100"), "[::1]:9100");
        assert_eq!(shown("unix:/run/x.sock"), "unix:/run/x.sock");
    }

    #[test]
    fn a_wrong_address_is_named_with_what_is_allowed() {
        for text in ["9100", ":65536", "unix:x", "127.0.0.1"] {
            let error = Listen::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("--web.listen-address: `{text}` is not an address like")), "{error}");
        }
    }
}
