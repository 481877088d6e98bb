//! Temperatures and cooling devices as the kernel's thermal framework sees them, from `/sys/class/thermal`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{Folder, ReadError};

pub(super) const REGISTRATION: Registration = Registration {
    name: "thermal_zone",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(ThermalZone { class: Folder::new(settings.roots.sys("class/thermal")) })),
};

struct ThermalZone {
    class: Folder,
}

impl Collector for ThermalZone {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        self.zones(out)?;
        self.cooling_devices(out)?;
        Ok(())
    }
}

impl ThermalZone {
    fn zones(&self, out: &mut Families) -> Result<(), ReadError> {
        let temperature = out.gauge("node_thermal_zone_temp", "Temperature of a thermal zone in degrees Celsius.");
        for name in self.class.numbered("thermal_zone")? {
            let zone = self.class.folder(&name);
            // A zone that is off, or whose sensor does not answer, has no temperature; 0 °C would be a lie.
            let Some(millidegrees) = zone.offered_number::<i64>("temp").ok().flatten() else { continue };
            let kind = zone.offered_text("type")?.unwrap_or_default();
            let labels = [("type", kind.as_str()), ("zone", &name["thermal_zone".len()..])];
            out.add(temperature, &labels, millidegrees as f64 / 1000.0);
        }
        Ok(())
    }

    fn cooling_devices(&self, out: &mut Families) -> Result<(), ReadError> {
        let current =
            out.gauge("node_cooling_device_cur_state", "How much a cooling device cools now, of its maximum.");
        let most = out.gauge("node_cooling_device_max_state", "The state in which a cooling device cools most.");
        for name in self.class.numbered("cooling_device")? {
            let device = self.class.folder(&name);
            let (Some(kind), Some(maximum), Some(state)) = (
                device.offered_text("type")?,
                device.offered_number::<i64>("max_state")?,
                device.offered_number::<i64>("cur_state")?,
            ) else {
                continue;
            };
            let labels = [("name", &name["cooling_device".len()..]), ("type", kind.as_str())];
            out.add(current, &labels, state);
            out.add(most, &labels, maximum);
        }
        Ok(())
    }
}
