//! Labels of GPU series: dcgm-exporter's, in its order, and the shorter set of our own families.

use super::dcgm::{Selected, Source};
use super::values::{Identity, Instance};
use crate::sample::LabelPrefix;

/// The labels that do not depend on the GPU.
pub(super) struct LabelSettings {
    /// `Hostname`, or `hostname` as newer dcgm-exporters spell it.
    pub(super) hostname_label: String,
    pub(super) hostname: String,
}

/// What Kubernetes knows of a GPU's user.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Workload {
    pub(super) container: String,
    pub(super) namespace: String,
    pub(super) pod: String,
}

/// The labels of a GPU, or of one of its instances, on the way to the [`LabelPrefix`] that its series begin with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Labels(Vec<(String, String)>);

impl Labels {
    /// `gpu`, `UUID`, `pci_bus_id`, `device`, `modelName`.
    pub(super) fn of_gpu(gpu: &Identity) -> Self {
        let mut labels = Self::default();
        labels.push("gpu", gpu.index.to_string());
        labels.push("UUID", gpu.uuid.clone());
        labels.push("pci_bus_id", gpu.pci_bus_id.clone());
        labels.push("device", format!("nvidia{}", gpu.index));
        labels.push("modelName", gpu.name.clone());
        labels
    }

    /// The same, with `GPU_I_PROFILE` and `GPU_I_ID`.
    pub(super) fn of_instance(gpu: &Identity, instance: &Instance) -> Self {
        let mut labels = Self::of_gpu(gpu);
        labels.push("GPU_I_PROFILE", instance.profile.clone());
        labels.push("GPU_I_ID", instance.id.to_string());
        labels
    }

    /// Adds what only DCGM's families carry: the host, the texts chosen as labels, and the workload.
    pub(super) fn with_dcgm(
        mut self,
        gpu: &Identity,
        driver_version: &str,
        settings: &LabelSettings,
        selection: &[Selected],
        workload: Option<&Workload>,
    ) -> Self {
        self.push(&settings.hostname_label, settings.hostname.clone());
        for selected in selection {
            if let Source::Label(text) = selected.source
                && let Some(text) = text(gpu, driver_version)
            {
                self.push(&selected.name, text);
            }
        }
        if let Some(workload) = workload {
            self.push("container", workload.container.clone());
            self.push("namespace", workload.namespace.clone());
            self.push("pod", workload.pod.clone());
        }
        self
    }

    pub(super) fn prefix(&self) -> LabelPrefix {
        let pairs = self.pairs();
        let (first, others) = pairs.split_first().expect("every GPU has the label `gpu`");
        LabelPrefix::new(*first, others)
    }

    fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn push(&mut self, name: &str, value: String) {
        self.0.push((name.to_owned(), value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::gpu::dcgm::default_selection;

    #[test]
    fn the_order_is_that_of_dcgm_exporter() {
        let gpu = Identity { uuid: "GPU-1".to_owned(), name: "T4".to_owned(), ..Identity::default() };
        let instance = Instance {
            id: 7,
            profile: "1g.10gb".to_owned(),
            uuid: String::new(),
            memory: None,
            gpm: crate::collector::gpu::values::Gpm::default(),
        };
        let settings = LabelSettings { hostname_label: "Hostname".to_owned(), hostname: "node-1".to_owned() };
        let workload = Workload { pod: "p".to_owned(), ..Workload::default() };
        let labels = Labels::of_instance(&gpu, &instance).with_dcgm(
            &gpu,
            "570",
            &settings,
            &default_selection(),
            Some(&workload),
        );
        let names: Vec<_> = labels.pairs().into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names.join(" "),
            "gpu UUID pci_bus_id device modelName GPU_I_PROFILE GPU_I_ID Hostname DCGM_FI_DRIVER_VERSION \
             container namespace pod"
        );
    }
}
