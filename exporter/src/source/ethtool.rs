//! What a network driver tells by `SIOCETHTOOL`; see the kernel's `linux/ethtool.h`.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

const GET_SETTINGS: u32 = 0x1;
const GET_DRIVER: u32 = 0x3;
const GET_STRINGS: u32 = 0x1b;
const GET_STATISTICS: u32 = 0x1d;
/// The set of strings that name statistics.
const STATISTICS_NAMES: u32 = 1;

const DRIVER_LENGTH: usize = 196;
const SETTINGS_LENGTH: usize = 44;
const NAME_LENGTH: usize = 32;
const LIST_OF_NAMES: usize = 12;
const LIST_OF_VALUES: usize = 8;

/// No driver has more statistics.
const MOST_STATISTICS: usize = 32_768;

/// `SIOCETHTOOL`.
const REQUEST: libc::Ioctl = 0x8946;

/// Any socket will do to ask through.
pub(crate) struct Ethtool {
    socket: OwnedFd,
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Driver {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) firmware: String,
    pub(crate) bus: String,
    pub(crate) expansion_rom: String,
    statistics: usize,
}

/// What a port can do and says that it can, each a bit of `ETHTOOL_LINK_MODE_…_BIT` below 32.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Settings {
    pub(crate) supported: u32,
    pub(crate) advertised: u32,
    pub(crate) autonegotiation: u8,
}

impl Ethtool {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Ethtool { socket: socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)? })
    }

    pub(crate) fn driver(&self, device: &str) -> io::Result<Driver> {
        let mut answer = vec![0; DRIVER_LENGTH];
        self.ask(device, GET_DRIVER, &mut answer)?;
        let text = |at: usize| text(answer.get(at..at + NAME_LENGTH).unwrap_or_default());
        Ok(Driver {
            name: text(4),
            version: text(36),
            firmware: text(68),
            bus: text(100),
            expansion_rom: text(132),
            statistics: number(&answer, 180) as usize,
        })
    }

    pub(crate) fn settings(&self, device: &str) -> io::Result<Settings> {
        let mut answer = vec![0; SETTINGS_LENGTH];
        self.ask(device, GET_SETTINGS, &mut answer)?;
        Ok(Settings {
            supported: number(&answer, 4),
            advertised: number(&answer, 8),
            autonegotiation: answer.get(18).copied().unwrap_or_default(),
        })
    }

    /// The driver's own statistics, each a name and a value.
    pub(crate) fn statistics(&self, device: &str, driver: &Driver) -> io::Result<Vec<(String, u64)>> {
        let count = driver.statistics;
        if count == 0 || count > MOST_STATISTICS {
            return Ok(Vec::new());
        }
        // The driver fills in as many as it has when it is asked, which may be more than it said before.
        let mut names = vec![0; LIST_OF_NAMES + MOST_STATISTICS * NAME_LENGTH];
        names[4..8].copy_from_slice(&STATISTICS_NAMES.to_ne_bytes());
        set_count(&mut names, 8, count);
        self.ask(device, GET_STRINGS, &mut names)?;
        let mut values = vec![0; LIST_OF_VALUES + MOST_STATISTICS * size_of::<u64>()];
        set_count(&mut values, 4, count);
        self.ask(device, GET_STATISTICS, &mut values)?;

        let count = count.min(number(&names, 8) as usize).min(number(&values, 4) as usize);
        let names = names[LIST_OF_NAMES..].chunks_exact(NAME_LENGTH).map(text);
        let values = values[LIST_OF_VALUES..].as_chunks().0.iter().copied().map(u64::from_ne_bytes);
        Ok(names.zip(values).take(count).collect())
    }

    /// Sends a command; the answer takes the command's place.
    #[expect(unsafe_code, reason = "the kernel has no other way to ask for a driver's statistics")]
    fn ask(&self, device: &str, command: u32, answer: &mut [u8]) -> io::Result<()> {
        answer[..4].copy_from_slice(&command.to_ne_bytes());
        // SAFETY: `ifreq` is plain numbers and a pointer, for which all zeros is a value.
        let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
        // The last byte stays the end mark.
        if device.len() >= request.ifr_name.len() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        for (to, from) in request.ifr_name.iter_mut().zip(device.bytes()) {
            *to = from.cast_signed();
        }
        request.ifr_ifru.ifru_data = answer.as_mut_ptr().cast();
        // SAFETY: The kernel writes to `answer` what the command in it asks for. All callers give it the struct's
        // length, or for lists the length of the longest that `MOST_STATISTICS` allows; no driver has a longer one.
        let result = unsafe { libc::ioctl(self.socket.as_raw_fd(), REQUEST, &raw mut request) };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

fn set_count(bytes: &mut [u8], at: usize, count: usize) {
    bytes[at..at + 4].copy_from_slice(&u32::try_from(count).unwrap_or(0).to_ne_bytes());
}

fn number(bytes: &[u8], at: usize) -> u32 {
    super::netlink::u32_at(bytes, at).unwrap_or(0)
}

/// A string up to its end mark.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(super::netlink::string(bytes)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_is_none_is_an_error() {
        let ethtool = Ethtool::new().unwrap();
        assert_eq!(ethtool.driver("none").unwrap_err().raw_os_error(), Some(libc::ENODEV));
        assert_eq!(ethtool.driver("0123456789abcdef").unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
