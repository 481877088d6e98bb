//! Which Kubernetes container uses which GPU, by the GPU's or MIG device's UUID.

use std::collections::HashMap;

use super::labels::Workload;

/// Empty where there is no Kubernetes, or none was asked.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Workloads(HashMap<String, Workload>);

impl Workloads {
    /// The container that this device was given to.
    pub(super) fn of(&self, uuid: &str) -> Option<&Workload> {
        self.0.get(uuid)
    }
}

impl FromIterator<(String, Workload)> for Workloads {
    fn from_iter<I: IntoIterator<Item = (String, Workload)>>(devices: I) -> Self {
        Self(devices.into_iter().collect())
    }
}
