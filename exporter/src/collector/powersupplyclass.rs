//! Batteries, adapters and chargers, from `/sys/class/power_supply`; attributes and units are told in the kernel's
//! `Documentation/ABI/testing/sysfs-class-power`.

mod attributes;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::filter::Filter;
use crate::sample::{Families, Family};
use crate::source::{Folder, ReadError};
use attributes::{LABELS, NUMBERS};

const IGNORED: &str = "collector.powersupply.ignored-supplies";

pub(super) const REGISTRATION: Registration = Registration {
    name: "powersupplyclass",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[Flag::text(IGNORED, "REGEX", "^$", "Power supplies to leave out.")],
    new: |settings| {
        let class = Folder::new(settings.roots.sys("class/power_supply"));
        Ok(Box::new(PowerSupplyClass { class, wanted: Filter::new(None, settings.pattern(IGNORED)?) }))
    },
};

struct PowerSupplyClass {
    class: Folder,
    wanted: Filter,
}

impl Collector for PowerSupplyClass {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut supplies = self.class.list().map_err(CollectError::absent_is_no_data)?;
        supplies.retain(|name| self.wanted.accepts(name));
        if supplies.is_empty() {
            return Ok(());
        }
        let families: Vec<Family> = NUMBERS
            .iter()
            .map(|it| {
                out.gauge(it.name, &format!("Attribute `{}` of a power supply{}.", it.attribute, it.unit.words()))
            })
            .collect();
        let info = out.gauge("node_power_supply_info", "What a power supply says of itself, as labels; always 1.");
        for name in supplies {
            supply(&self.class.folder(&name), &name, &families, info, out)?;
        }
        Ok(())
    }
}

fn supply(folder: &Folder, name: &str, families: &[Family], info: Family, out: &mut Families) -> Result<(), ReadError> {
    let offered = folder.names()?;
    let offers = |attribute: &str| offered.binary_search_by(|name| name.as_str().cmp(attribute)).is_ok();
    for (number, &family) in NUMBERS.iter().zip(families) {
        if offers(number.attribute)
            && let Some(value) = folder.offered_number::<i64>(number.attribute)?
        {
            out.add(family, &[("power_supply", name)], number.unit.applied(value));
        }
    }
    let mut texts = Vec::with_capacity(LABELS.len());
    for label in LABELS {
        let text = match label {
            "power_supply" => name.to_owned(),
            label if offers(label) => folder.offered_text(label)?.unwrap_or_default(),
            _ => String::new(),
        };
        texts.push(text);
    }
    let labels = LABELS.into_iter().zip(texts.iter().map(String::as_str));
    let labels: Vec<_> = labels.filter(|(_, text)| !text.is_empty()).collect();
    out.add(info, &labels, 1u64);
    Ok(())
}
