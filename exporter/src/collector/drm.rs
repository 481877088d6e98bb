//! AMD graphics cards, from `/sys/class/drm/card*/device`; see the kernel's `Documentation/gpu/amdgpu`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::Folder;

pub(super) const REGISTRATION: Registration = Registration {
    name: "drm",
    enabled_by_default: false,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(Drm { class: Folder::new(settings.roots.sys("class/drm")) })),
};

struct Drm {
    class: Folder,
}

#[rustfmt::skip]
const NUMBERS: [(&str, &str, &str); 7] = [
    ("gpu_busy_percent", "node_drm_gpu_busy_percent", "How busy the GPU is, in percent."),
    ("mem_info_gtt_total", "node_drm_memory_gtt_size_bytes", "System memory that the card can use, in bytes."),
    ("mem_info_gtt_used", "node_drm_memory_gtt_used_bytes", "System memory that the card uses, in bytes."),
    ("mem_info_vis_vram_total", "node_drm_memory_vis_vram_size_bytes", "Memory of the card that the processor sees, in bytes."),
    ("mem_info_vis_vram_used", "node_drm_memory_vis_vram_used_bytes", "Memory of the card that the processor sees and is used, in bytes."),
    ("mem_info_vram_total", "node_drm_memory_vram_size_bytes", "Memory of the card, in bytes."),
    ("mem_info_vram_used", "node_drm_memory_vram_used_bytes", "Memory of the card that is used, in bytes."),
];

impl Collector for Drm {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let info = out.gauge("node_drm_card_info", "What a card says of itself, as labels; always 1.");
        let families = NUMBERS.map(|(_, name, help)| out.gauge(name, help));
        for card in self.class.numbered("card")?.iter().filter(|name| is_card(name)) {
            let device = self.class.folder(card).folder("device");
            let driver = device.offered_text("uevent")?.unwrap_or_default();
            if !driver.lines().any(|line| line == "DRIVER=amdgpu") {
                continue;
            }
            let text = |attribute| device.offered_text(attribute).map(Option::unwrap_or_default);
            let (vendor, level) = (text("mem_info_vram_vendor")?, text("power_dpm_force_performance_level")?);
            let id = text("unique_id")?;
            let labels = [
                ("card", card.as_str()),
                ("memory_vendor", &vendor),
                ("power_performance_level", &level),
                ("unique_id", &id),
                ("vendor", "amd"),
            ];
            out.add(info, &labels, 1u64);
            for (family, (attribute, ..)) in families.into_iter().zip(NUMBERS) {
                // Not every card has every attribute.
                if let Some(value) = device.offered_number::<u64>(attribute)? {
                    out.add(family, &[("card", card)], value);
                }
            }
        }
        Ok(())
    }
}

/// Whether a name is a card's, `card0`, and not one of its connectors (`card0-HDMI-A-1`).
fn is_card(name: &str) -> bool {
    name.strip_prefix("card").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connectors_are_no_cards() {
        assert!(is_card("card0") && is_card("card10"));
        assert!(!is_card("card0-HDMI-A-1") && !is_card("renderD128"));
    }
}
