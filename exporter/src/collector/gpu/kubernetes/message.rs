//! The kubelet's answer: protobuf, of which a dozen fields concern us, so that reading it takes no code generator.
//!
//! ```text
//! ListPodResourcesResponse { repeated PodResources pod_resources = 1 }
//! PodResources { string name = 1; string namespace = 2; repeated ContainerResources containers = 3 }
//! ContainerResources { string name = 1; repeated ContainerDevices devices = 2 }
//! ContainerDevices { string resource_name = 1; repeated string device_ids = 2 }
//! ```

use std::collections::BTreeMap;

use crate::collector::gpu::labels::Workload;
use crate::collector::gpu::workloads::Workloads;

/// Resources that NVIDIA's device plugins hand out: `nvidia.com/gpu`, `nvidia.com/mig-1g.10gb`, …
const NVIDIA: &str = "nvidia.com/";

#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("the kubelet's answer ends in the middle of a field")]
    Truncated,
    #[error("the kubelet's answer has a field of the unknown wire type {0}")]
    WireType(u64),
}

/// The containers by the UUID of the GPU or MIG device they were given. A device that several share has none: to name
/// one of them would be a guess.
pub(super) fn workloads(response: &[u8]) -> Result<Workloads, Malformed> {
    let mut owners: BTreeMap<String, Vec<Workload>> = BTreeMap::new();
    for pod in Fields(response).messages(1)? {
        let (name, namespace) = (Fields(pod).text(1)?, Fields(pod).text(2)?);
        for container in Fields(pod).messages(3)? {
            let owner =
                Workload { container: Fields(container).text(1)?, namespace: namespace.clone(), pod: name.clone() };
            for uuid in devices(container)? {
                owners.entry(uuid).or_default().push(owner.clone());
            }
        }
    }
    let single = owners.into_iter().filter_map(|(uuid, mut owners)| {
        owners.dedup();
        (owners.len() == 1).then(|| (uuid, owners.remove(0)))
    });
    Ok(single.collect())
}

fn devices(container: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut uuids = Vec::new();
    for devices in Fields(container).messages(2)? {
        if !Fields(devices).text(1)?.starts_with(NVIDIA) {
            continue;
        }
        for id in Fields(devices).messages(2)? {
            let id = String::from_utf8_lossy(id);
            // A shared GPU's replicas are told apart after `::`.
            uuids.push(id.split("::").next().unwrap_or_default().to_owned());
        }
    }
    Ok(uuids)
}

/// A message, as its fields.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// All fields with this number that have a length: messages, strings.
    fn messages(mut self, wanted: u64) -> Result<Vec<&'a [u8]>, Malformed> {
        let mut found = Vec::new();
        while !self.0.is_empty() {
            let tag = self.varint()?;
            let content = match tag & 7 {
                0 => self.varint().map(|_| None)?,
                1 => self.take(8).map(|_| None)?,
                2 => {
                    let length = usize::try_from(self.varint()?).map_err(|_| Malformed::Truncated)?;
                    Some(self.take(length)?)
                }
                5 => self.take(4).map(|_| None)?,
                other => return Err(Malformed::WireType(other)),
            };
            found.extend(content.filter(|_| tag >> 3 == wanted));
        }
        Ok(found)
    }

    /// The last field with this number, as text; empty when there is none, as protobuf has it.
    fn text(self, wanted: u64) -> Result<String, Malformed> {
        let last = self.messages(wanted)?.pop().unwrap_or_default();
        Ok(String::from_utf8_lossy(last).into_owned())
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.take(1)? else { return Err(Malformed::Truncated) };
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed::Truncated)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        assert!(length < 0x80, "one byte of length is enough here");
        [&[number << 3 | 2, length], content].concat()
    }

    fn pod(name: &str, resource: &str, device: &str) -> Vec<u8> {
        let devices = [field(1, resource.as_bytes()), field(2, device.as_bytes())].concat();
        let container = [field(1, b"main"), field(2, &devices)].concat();
        field(1, &[field(1, name.as_bytes()), field(2, b"team"), field(3, &container)].concat())
    }

    fn workload(pod: &str) -> Workload {
        Workload { container: "main".to_owned(), namespace: "team".to_owned(), pod: pod.to_owned() }
    }

    #[test]
    fn a_device_is_found_with_its_container_and_others_are_passed_over() {
        let unknown = [0x20, 0x96, 0x01];
        let response = [pod("train", "nvidia.com/gpu", "GPU-1"), pod("x", "other.com/nic", "NIC-1")].concat();
        let workloads = workloads(&[&response[..], &unknown].concat()).unwrap();
        assert_eq!(workloads.of("GPU-1"), Some(&workload("train")));
        assert_eq!(workloads.of("NIC-1"), None);
    }

    #[test]
    fn a_device_that_several_share_has_no_owner() {
        let pods = [pod("a", "nvidia.com/gpu", "GPU-1::0"), pod("b", "nvidia.com/gpu", "GPU-1::1")].concat();
        let both = [pods, pod("c", "nvidia.com/gpu.shared", "GPU-2::0")].concat();
        let workloads = workloads(&both).unwrap();
        assert_eq!(workloads.of("GPU-1"), None);
        assert_eq!(workloads.of("GPU-2"), Some(&workload("c")));
    }

    #[test]
    fn what_is_cut_off_or_no_protobuf_is_refused() {
        let whole = pod("train", "nvidia.com/gpu", "GPU-1");
        assert_eq!(workloads(&whole[..whole.len() - 1]), Err(Malformed::Truncated));
        assert_eq!(workloads(&[0x0b]), Err(Malformed::WireType(3)));
        assert_eq!(workloads(&[0xff; 11]), Err(Malformed::Truncated));
        assert_eq!(workloads(&[]), Ok(Workloads::default()));
    }
}
