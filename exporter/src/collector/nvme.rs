//! NVM Express controllers and their namespaces, from `/sys/class/nvme`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Family};
use crate::source::{Folder, ReadError};

pub(super) const REGISTRATION: Registration = Registration {
    name: "nvme",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(Nvme { class: Folder::new(settings.roots.sys("class/nvme")) })),
};

struct Nvme {
    class: Folder,
}

struct Output {
    info: Family,
    namespace_info: Family,
    capacity: Family,
    size: Family,
    used: Family,
    block_size: Family,
}

impl Collector for Nvme {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let devices = self.class.list().map_err(CollectError::absent_is_no_data)?;
        #[rustfmt::skip]
        let families = Output {
            info: out.gauge("node_nvme_info", "What an NVMe controller says of itself, as labels; always 1."),
            namespace_info: out.gauge("node_nvme_namespace_info", "A namespace and the state of its path (ANA); always 1."),
            capacity: out.gauge("node_nvme_namespace_capacity_bytes", "Bytes a namespace can hold: blocks times their size."),
            size: out.gauge("node_nvme_namespace_size_bytes", "Size of a namespace in bytes."),
            used: out.gauge("node_nvme_namespace_used_bytes", "Bytes in use in a namespace, as the controller reports them."),
            block_size: out.gauge("node_nvme_namespace_logical_block_size_bytes", "Size of a namespace's logical blocks in bytes."),
        };
        for device in devices {
            self.device(&device, &families, out)?;
        }
        Ok(())
    }
}

impl Nvme {
    fn device(&self, device: &str, families: &Output, out: &mut Families) -> Result<(), ReadError> {
        let folder = self.class.folder(device);
        let text = |attribute| folder.offered_text(attribute).map(Option::unwrap_or_default);
        let (cntlid, firmware, model) = (text("cntlid")?, text("firmware_rev")?, text("model")?);
        let (serial, state) = (text("serial")?, text("state")?);
        let labels = [
            ("cntlid", cntlid.as_str()),
            ("device", device),
            ("firmware_revision", &firmware),
            ("model", &model),
            ("serial", &serial),
            ("state", &state),
        ];
        out.add(families.info, &labels, 1u64);
        for name in folder.names()? {
            if let Some(nsid) = namespace_id(&name) {
                namespace(&folder.folder(&name), device, nsid, families, out)?;
            }
        }
        Ok(())
    }
}

fn namespace(
    folder: &Folder,
    device: &str,
    nsid: &str,
    families: &Output,
    out: &mut Families,
) -> Result<(), ReadError> {
    let ana_state = folder.offered_text("ana_state")?;
    let labels = [("ana_state", ana_state.as_deref().unwrap_or("unknown")), ("device", device), ("nsid", nsid)];
    out.add(families.namespace_info, &labels, 1u64);
    let labels = [("device", device), ("nsid", nsid)];
    let Some(block_size) = folder.offered_number::<u64>("queue/logical_block_size")? else { return Ok(()) };
    out.add(families.block_size, &labels, block_size);
    if let Some(blocks) = folder.offered_number::<u64>("size")? {
        let bytes = blocks.saturating_mul(block_size);
        out.add(families.capacity, &labels, bytes);
        out.add(families.size, &labels, bytes);
    }
    // Kernels before 6.8 do not ask the controller for it.
    if let Some(blocks) = folder.offered_number::<u64>("nuse")? {
        out.add(families.used, &labels, blocks.saturating_mul(block_size));
    }
    Ok(())
}

/// `1` from `nvme0n1`; the hidden paths `nvme0c0n1` of a multipath namespace are none.
fn namespace_id(name: &str) -> Option<&str> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (controller, namespace) = name.strip_prefix("nvme")?.split_once('n')?;
    (is_number(controller) && is_number(namespace)).then_some(namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_known_by_its_name() {
        assert_eq!(namespace_id("nvme0n12"), Some("12"));
        for other in ["nvme0", "nvme0c0n1", "ng0n1", "hwmon1", "nvme0n", "nvmen1", "nvme0n1p1"] {
            assert_eq!(namespace_id(other), None, "{other}");
        }
    }
}
