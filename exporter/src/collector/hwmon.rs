//! Sensors of hardware monitoring chips, from `/sys/class/hwmon`.
//!
//! Files are named `<type><number>_<property>`; types and units are told in the kernel's
//! `Documentation/hwmon/sysfs-interface.rst`.

mod chip;
mod sensor;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::filter::Filter;
use crate::sample::{Families, Kind, NamedFamilies};
use crate::source::Folder;
use sensor::Sensors;

const CHIP_INCLUDE: &str = "collector.hwmon.chip-include";
const CHIP_EXCLUDE: &str = "collector.hwmon.chip-exclude";
const SENSOR_INCLUDE: &str = "collector.hwmon.sensor-include";
const SENSOR_EXCLUDE: &str = "collector.hwmon.sensor-exclude";

pub(super) const REGISTRATION: Registration = Registration {
    name: "hwmon",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[
        Flag::text(CHIP_INCLUDE, "REGEX", "", "Chips to show."),
        Flag::text(CHIP_EXCLUDE, "REGEX", "", "Chips to leave out."),
        Flag::text(SENSOR_INCLUDE, "REGEX", "", "Sensors to show, as `chip;sensor`."),
        Flag::text(SENSOR_EXCLUDE, "REGEX", "", "Sensors to leave out, as `chip;sensor`."),
    ],
    new: |settings| {
        // Unlike elsewhere, node_exporter lets both patterns of a pair be given, and applies both.
        Ok(Box::new(Hwmon {
            class: Folder::new(settings.roots.sys("class/hwmon")),
            chips: Filter::new(settings.pattern(CHIP_INCLUDE)?, settings.pattern(CHIP_EXCLUDE)?),
            sensors: Filter::new(settings.pattern(SENSOR_INCLUDE)?, settings.pattern(SENSOR_EXCLUDE)?),
        }))
    },
};

struct Hwmon {
    class: Folder,
    chips: Filter,
    sensors: Filter,
}

impl Collector for Hwmon {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let folders = self.class.list().map_err(CollectError::absent_is_no_data)?;
        let mut out = NamedFamilies::new(out);
        for chip in chip::named(&self.class, folders) {
            if !self.chips.accepts(&chip.label) {
                continue;
            }
            // A chip that goes away while it is read costs its own samples only.
            let Ok(sensors) = Sensors::read(&chip.folder) else { continue };
            if let Some(name) = &chip.human_name {
                let help = || "Names of the chips, as labels; always 1.".to_owned();
                let labels = [("chip", chip.label.as_str()), ("chip_name", name)];
                out.add((Kind::Gauge, "node_hwmon_chip_names"), help, &labels, 1u64);
            }
            for (sensor, properties) in sensors.iter() {
                if self.sensors.accepts(&format!("{};{sensor}", chip.label)) {
                    sensor::write(&chip.label, sensor, properties, &mut out);
                }
            }
        }
        Ok(())
    }
}
