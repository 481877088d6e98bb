//! Who is in the fleet: names, kinds, places and fates, all from one seed.

use std::net::Ipv4Addr;

use crate::waves::{Waves, mix, share};

/// What a server is for; it decides its size and how busy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Web,
    Database,
    Storage,
    Ai,
}

impl Kind {
    /// Every kind, in the order in which templates are kept.
    pub(crate) const ALL: [Self; 4] = [Self::Web, Self::Database, Self::Storage, Self::Ai];

    /// The label `role`, and the beginning of the names.
    pub(crate) fn role(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Database => "db",
            Self::Storage => "storage",
            Self::Ai => "ai",
        }
    }

    /// Logical CPUs.
    pub(crate) fn cores(self) -> usize {
        match self {
            Self::Web => 4,
            Self::Database | Self::Storage => 8,
            Self::Ai => 16,
        }
    }

    /// CPU packages with sensors. A virtual machine has none.
    pub(crate) fn sockets(self) -> usize {
        match self {
            Self::Web => 0,
            Self::Database | Self::Storage => 1,
            Self::Ai => 2,
        }
    }

    /// Bytes of memory.
    pub(crate) fn memory(self) -> f64 {
        let gibibytes = match self {
            Self::Web => 16.0,
            Self::Database => 128.0,
            Self::Storage => 64.0,
            Self::Ai => 512.0,
        };
        gibibytes * 1024.0 * 1024.0 * 1024.0
    }

    fn busy(self) -> f64 {
        match self {
            Self::Web => 0.35,
            Self::Database => 0.45,
            Self::Storage => 0.2,
            Self::Ai => 0.6,
        }
    }
}

/// What goes wrong with a server, over and over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    /// Nothing but the reboots that all have.
    Calm,
    /// Away for an hour out of six.
    Dies,
    /// Away for two minutes out of ten.
    Flaps,
    /// Its clock is off by so many seconds.
    WrongClock(f64),
    /// Its disk fills up to the last byte within hours and is emptied then.
    Fills,
    /// Its GPUs are reserved but do nothing.
    IdleGpus,
    /// Its GPUs fail now and then: XIDs and ECC errors.
    BrokenGpu,
    /// Its GPUs are held back by their power limit.
    CappedGpus,
    /// Its second GPU falls off the bus every two hours, and is back after one.
    LosesGpu,
    /// Its GPUs are held back by heat.
    HotGpus,
}

/// One server of the fleet.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) address: Ipv4Addr,
    pub(crate) kind: Kind,
    pub(crate) datacenter: &'static str,
    pub(crate) rack: String,
    pub(crate) seed: u64,
    pub(crate) fate: Fate,
    pub(crate) busy: Waves,
}

const DATACENTERS: [&str; 4] = ["fra1", "ams2", "iad1", "sin1"];
const REBOOT_LASTS: f64 = 90.0;
pub(crate) const GPU_FALLS_EVERY: f64 = 7_200.0;

/// The fleet of `count` servers that belongs to `seed`. A larger one begins with the smaller one.
pub(crate) fn fleet(count: usize, seed: u64) -> Vec<Server> {
    let mut numbers = [0usize; Kind::ALL.len()];
    (0..count).map(|index| server(index, seed, &mut numbers)).collect()
}

fn server(index: usize, fleet: u64, numbers: &mut [usize; 4]) -> Server {
    let seed = mix(fleet, 1_000 + index as u64);
    // Of ten servers four are web servers, two each the others.
    let kind = [Kind::Web, Kind::Database, Kind::Storage, Kind::Ai, Kind::Web][index % 5];
    numbers[kind as usize] += 1;
    let datacenter = DATACENTERS[index / 5 % DATACENTERS.len()];
    let busy = (kind.busy() * (0.5 + share(seed, 10))).min(0.95);
    Server {
        name: format!("{}-{:03}.{datacenter}", kind.role(), numbers[kind as usize]),
        address: address(index),
        kind,
        datacenter,
        rack: format!("{datacenter}-r{:02}", index / 40 + 1),
        seed,
        fate: fate(kind, seed),
        busy: Waves::new(seed, busy),
    }
}

/// In its datacenter's own `/16`, where it is the server of such a number.
#[expect(clippy::cast_possible_truncation, reason = "of 100,000 servers a datacenter has 25,000")]
fn address(index: usize) -> Ipv4Addr {
    let (datacenter, number) = (index / 5 % DATACENTERS.len(), index / 20 * 5 + index % 5);
    Ipv4Addr::new(10, 10 + datacenter as u8, (number / 250) as u8, (number % 250 + 1) as u8)
}

fn fate(kind: Kind, seed: u64) -> Fate {
    let lot = share(seed, 11);
    match kind {
        _ if lot < 0.01 => Fate::Dies,
        _ if lot < 0.02 => Fate::Flaps,
        _ if lot < 0.03 => Fate::WrongClock((share(seed, 12) - 0.5) * 1_200.0),
        Kind::Ai if lot < 0.10 => Fate::IdleGpus,
        Kind::Ai if lot < 0.15 => Fate::BrokenGpu,
        Kind::Ai if lot < 0.25 => Fate::CappedGpus,
        Kind::Ai if lot < 0.31 => Fate::LosesGpu,
        Kind::Ai if lot < 0.36 => Fate::HotGpus,
        _ if lot < 0.06 => Fate::Fills,
        _ => Fate::Calm,
    }
}

impl Server {
    /// The label `instance`.
    pub(crate) fn instance(&self) -> String {
        format!("{}:9100", self.name)
    }

    /// When it last booted: every server does so again after 2 to 40 days.
    pub(crate) fn boot(&self, at: f64) -> f64 {
        let period = 86_400.0 * (2.0 + 38.0 * share(self.seed, 13));
        at - (at + period * share(self.seed, 14)).rem_euclid(period)
    }

    /// Whether it answers.
    pub(crate) fn answers(&self, at: f64) -> bool {
        let within = |period: f64| (at + period * share(self.seed, 15)).rem_euclid(period);
        let away = match self.fate {
            Fate::Dies => within(21_600.0) < 3_600.0,
            Fate::Flaps => within(600.0) < 120.0,
            _ => false,
        };
        !away && at - self.boot(at) >= REBOOT_LASTS
    }

    /// Where in a scrape interval its turn is, from 0 to 1: as Prometheus does, not all at once.
    pub(crate) fn turn(&self) -> f64 {
        share(self.seed, 17)
    }

    /// What its own clock shows.
    pub(crate) fn clock(&self, at: f64) -> f64 {
        if let Fate::WrongClock(off) = self.fate { at + off } else { at }
    }

    /// When its second GPU last fell off the bus; none where it never does.
    pub(crate) fn gpu_fell_off(&self, at: f64) -> Option<f64> {
        let since = (at + GPU_FALLS_EVERY * share(self.seed, 17)).rem_euclid(GPU_FALLS_EVERY);
        (self.fate == Fate::LosesGpu).then(|| (at - since).floor())
    }

    /// Whether its second GPU is off the bus.
    pub(crate) fn lacks_gpu(&self, at: f64) -> bool {
        self.gpu_fell_off(at).is_some_and(|since| at - since < GPU_FALLS_EVERY / 2.0)
    }

    /// Degrees that its place in the rack and the GPUs beside them add to its sensors.
    pub(crate) fn warmth(&self) -> f64 {
        let gpus = if self.kind == Kind::Ai { 9.0 } else { 0.0 };
        gpus + 6.0 * share(self.seed, 18)
    }

    /// How full its disk is, from 0 to 1.
    pub(crate) fn full(&self, at: f64) -> f64 {
        let phase = share(self.seed, 16);
        match self.fate {
            Fate::Fills => (0.7 + 0.4 * (at / 14_400.0 + phase).fract()).min(1.0),
            _ => 0.2 + 0.5 * phase + 0.1 * (at / 604_800.0 + phase).fract(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_fleet_begins_with_the_smaller_one_and_no_name_or_address_is_used_twice() {
        let (small, large) = (fleet(50, 7), fleet(10_000, 7));
        let names: Vec<_> = large.iter().map(|server| &server.name).collect();
        assert!(small.iter().zip(&names).all(|(server, name)| server.name == **name));
        let unique: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), 10_000);
        let addresses: std::collections::HashSet<_> = large.iter().map(|server| server.address).collect();
        assert_eq!(addresses.len(), 10_000);
    }

    #[test]
    fn some_are_away_and_come_back() {
        let fleet = fleet(1_000, 1);
        let away = |at: f64| fleet.iter().filter(move |server| !server.answers(at)).map(|server| server.name.clone());
        let (early, late) = (away(1_700_000_000.0).collect::<Vec<_>>(), away(1_700_007_200.0).collect::<Vec<_>>());
        assert!(!early.is_empty() && early.len() < 50, "{early:?}");
        assert_ne!(early, late);
    }
}
