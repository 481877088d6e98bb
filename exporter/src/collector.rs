//! What a collector is, and the list of all of them: a new one is a file in `collector/` and a line here.

mod arp;
mod bcache;
mod bcachefs;
mod bonding;
mod btrfs;
mod buddyinfo;
mod cgroups;
mod conntrack;
mod cpu;
mod cpu_vulnerabilities;
mod cpufreq;
mod diskstats;
mod dmi;
mod dmmultipath;
mod drbd;
mod drm;
mod edac;
mod entropy;
mod ethtool;
mod fibrechannel;
mod filefd;
mod filesystem;
pub(crate) mod gpu;
mod hwmon;
mod infiniband;
mod interrupts;
mod ipvs;
mod kernel_hung;
mod ksmd;
mod lnstat;
mod loadavg;
mod logind;
mod mdadm;
mod meminfo;
mod meminfo_numa;
mod mountstats;
mod netclass;
mod netdev;
mod netstat;
mod network_route;
mod nfs;
mod nfsd;
mod nvme;
mod os;
mod pcidevice;
mod powersupplyclass;
mod pressure;
mod processes;
mod qdisc;
mod rapl;
mod schedstat;
mod selinux;
mod slabinfo;
mod sockstat;
mod softirqs;
mod softnet;
mod stat;
mod swap;
mod sysctl;
mod systemd;
mod tapestats;
mod tcpstat;
mod textfile;
mod thermal_zone;
mod time;
mod timex;
mod udp_queues;
mod uname;
mod vmstat;
mod watchdog;
mod wifi;
mod xfrm;
mod xfs;
mod zfs;
mod zoneinfo;

#[cfg(fuzzing)]
pub(crate) use textfile::fuzz as fuzz_textfile;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use crate::config::{Flag, Settings, UsageError};
use crate::sample::Families;
use crate::source::bus::BusError;
use crate::source::netlink::{Link, Links};
use crate::source::{KeptFile, Lookout, ReadError, Roots, if_present};

/// Every collector, by name.
#[rustfmt::skip]
pub(crate) const ALL: &[Registration] = &[
    arp::REGISTRATION,
    bcache::REGISTRATION,
    bcachefs::REGISTRATION,
    bonding::REGISTRATION,
    btrfs::REGISTRATION,
    buddyinfo::REGISTRATION,
    cgroups::REGISTRATION,
    conntrack::REGISTRATION,
    cpu::REGISTRATION,
    cpu_vulnerabilities::REGISTRATION,
    cpufreq::REGISTRATION,
    diskstats::REGISTRATION,
    dmi::REGISTRATION,
    dmmultipath::REGISTRATION,
    drbd::REGISTRATION,
    drm::REGISTRATION,
    edac::REGISTRATION,
    entropy::REGISTRATION,
    ethtool::REGISTRATION,
    fibrechannel::REGISTRATION,
    filefd::REGISTRATION,
    filesystem::REGISTRATION,
    gpu::REGISTRATION,
    hwmon::REGISTRATION,
    infiniband::REGISTRATION,
    interrupts::REGISTRATION,
    ipvs::REGISTRATION,
    kernel_hung::REGISTRATION,
    ksmd::REGISTRATION,
    lnstat::REGISTRATION,
    loadavg::REGISTRATION,
    logind::REGISTRATION,
    mdadm::REGISTRATION,
    meminfo::REGISTRATION,
    meminfo_numa::REGISTRATION,
    mountstats::REGISTRATION,
    netclass::REGISTRATION,
    netdev::REGISTRATION,
    netstat::REGISTRATION,
    network_route::REGISTRATION,
    nfs::REGISTRATION,
    nfsd::REGISTRATION,
    nvme::REGISTRATION,
    os::REGISTRATION,
    pcidevice::REGISTRATION,
    powersupplyclass::REGISTRATION,
    pressure::REGISTRATION,
    processes::REGISTRATION,
    qdisc::REGISTRATION,
    rapl::REGISTRATION,
    schedstat::REGISTRATION,
    selinux::REGISTRATION,
    slabinfo::REGISTRATION,
    sockstat::REGISTRATION,
    softirqs::REGISTRATION,
    softnet::REGISTRATION,
    stat::REGISTRATION,
    swap::REGISTRATION,
    sysctl::REGISTRATION,
    systemd::REGISTRATION,
    tapestats::REGISTRATION,
    tcpstat::REGISTRATION,
    textfile::REGISTRATION,
    thermal_zone::REGISTRATION,
    time::REGISTRATION,
    timex::REGISTRATION,
    udp_queues::REGISTRATION,
    uname::REGISTRATION,
    vmstat::REGISTRATION,
    watchdog::REGISTRATION,
    wifi::REGISTRATION,
    xfrm::REGISTRATION,
    xfs::REGISTRATION,
    zfs::REGISTRATION,
    zoneinfo::REGISTRATION,
];

/// What the exporter knows of a collector before there is one.
pub(crate) struct Registration {
    /// The name in `--collector.<name>`, in `collect[]` and in the label `collector`.
    pub(crate) name: &'static str,
    pub(crate) enabled_by_default: bool,
    pub(crate) pace: Pace,
    /// The collector's own flags, beside `--[no-]collector.<name>`.
    pub(crate) flags: &'static [Flag],
    /// Makes the collector; fails when one of its flags has a value it cannot work with.
    pub(crate) new: fn(&Settings) -> Result<Box<dyn Collector>, UsageError>,
}

/// When a collector gets its turn: those that could keep others waiting come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pace {
    /// Reads what the kernel has at hand.
    Quick,
    /// Asks hardware, a driver, a remote filesystem or another program.
    Slow,
}

/// One subsystem of the machine.
///
/// A collector lives as long as the exporter and may keep open files and static facts, but no samples from one scrape
/// to the next. It is called from one thread at a time.
pub(crate) trait Collector: Send {
    /// Writes the subsystem's samples of now. When this fails, what it has written is forgotten.
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError>;
}

/// Why a collector has no samples.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CollectError {
    /// The machine does not have what the collector reads; nothing is wrong.
    #[error("no data: {0}")]
    NoData(Cow<'static, str>),
    /// As `NoData`, of a collector that runs unasked and that node_exporter does not know: not even its failure is
    /// exposed, so that a machine without the hardware shows what node_exporter shows.
    #[error("nothing here: {0}")]
    NothingHere(Cow<'static, str>),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Bus(#[from] BusError),
    /// A file does not have the form the kernel documents.
    #[error("{file}: {problem}")]
    Parse { file: Cow<'static, str>, problem: String },
    #[error("{0}")]
    Failed(String),
}

impl CollectError {
    pub(crate) fn no_data(what: impl Into<Cow<'static, str>>) -> Self {
        CollectError::NoData(what.into())
    }

    pub(crate) fn parse(file: impl Into<Cow<'static, str>>, problem: impl Into<String>) -> Self {
        CollectError::Parse { file: file.into(), problem: problem.into() }
    }

    /// For a file that only machines with the hardware or the feature have: absent means "no data".
    pub(crate) fn absent_is_no_data(error: ReadError) -> Self {
        if error.is_absent() { Self::no_data(format!("{} does not exist", error.path.display())) } else { error.into() }
    }
}

/// What the collectors of one scrape have in common.
pub(crate) struct Scrape {
    /// When the collector's answer is of no use any more. Whatever may block has to end before.
    pub(crate) deadline: Instant,
    /// A buffer for reading files into; whoever uses it clears it.
    pub(crate) scratch: Vec<u8>,
    stat: PerScrape,
    /// In the order of [`IpVersion::BOTH`].
    sockstat: [PerScrape; 2],
    links: Links,
    lookout: Lookout,
}

impl Scrape {
    pub(crate) fn new(roots: &Arc<Roots>) -> Self {
        Scrape {
            deadline: Instant::now(),
            scratch: Vec::new(),
            stat: PerScrape::new(roots, "stat"),
            sockstat: IpVersion::BOTH.map(|version| PerScrape::new(roots, version.sockstat_file())),
            links: Links::new(),
            lookout: Lookout::new(roots),
        }
    }

    /// Forgets what was read for the scrape before, and the memory of a file that was far larger than others.
    pub(crate) fn begin(&mut self) {
        const KEPT: usize = 1 << 20;
        for file in [&mut self.stat].into_iter().chain(&mut self.sockstat) {
            file.read = false;
            file.content.clear();
            file.content.shrink_to(KEPT);
        }
        self.scratch.clear();
        self.scratch.shrink_to(KEPT);
        self.links.begin();
        self.lookout.begin();
    }

    /// `/proc/stat`, read once for all who need it: with thousands of interrupts one read takes milliseconds.
    pub(crate) fn stat(&mut self) -> Result<&[u8], ReadError> {
        self.stat.get()
    }

    /// The sockets of each protocol that are in use; `None` where the kernel does not know this version of IP.
    pub(crate) fn sockstat(&mut self, version: IpVersion) -> Result<Option<&[u8]>, ReadError> {
        if_present(self.sockstat[version as usize].get())
    }

    /// The network interfaces, dumped once for all who need them.
    pub(crate) fn links(&mut self) -> Result<impl Iterator<Item = Link<'_>>, CollectError> {
        let deadline = self.deadline;
        self.links.get(deadline).map_err(|error| CollectError::Failed(format!("cannot list the interfaces: {error}")))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpVersion {
    V4,
    V6,
}

impl IpVersion {
    pub(crate) const BOTH: [IpVersion; 2] = [IpVersion::V4, IpVersion::V6];

    pub(crate) fn sockstat_file(self) -> &'static str {
        match self {
            IpVersion::V4 => "net/sockstat",
            IpVersion::V6 => "net/sockstat6",
        }
    }
}

/// A file that several collectors need, read by the first of them.
struct PerScrape {
    file: KeptFile,
    content: Vec<u8>,
    read: bool,
}

impl PerScrape {
    fn new(roots: &Roots, path: &str) -> Self {
        PerScrape { file: KeptFile::report(roots.proc(path)), content: Vec::new(), read: false }
    }

    fn get(&mut self) -> Result<&[u8], ReadError> {
        if !self.read {
            self.file.read_record(&mut self.content)?;
            self.read = true;
        }
        Ok(&self.content)
    }
}
