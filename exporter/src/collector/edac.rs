//! Memory errors that the hardware found, from `/sys/devices/system/edac/mc`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Family};
use crate::source::{Folder, ReadError};

pub(super) const REGISTRATION: Registration = Registration {
    name: "edac",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(Edac { controllers: Folder::new(settings.roots.sys("devices/system/edac/mc")) })),
};

struct Edac {
    controllers: Folder,
}

/// The families for correctable errors and those for uncorrectable ones, in this order.
struct Output {
    controller: [Family; 2],
    csrow: [Family; 2],
    channel: [Family; 2],
}

/// How file names begin for each of the two kinds of error.
const KINDS: [&str; 2] = ["ce", "ue"];

impl Collector for Edac {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let names = self.controllers.numbered("mc")?;
        if names.is_empty() {
            return Ok(());
        }
        let families = declare(out);
        for name in names {
            controller(&self.controllers.folder(&name), digits(&name["mc".len()..]), &families, out)?;
        }
        Ok(())
    }
}

#[rustfmt::skip]
fn declare(out: &mut Families) -> Output {
    Output {
        controller: [
            out.counter("node_edac_correctable_errors_total", "Memory errors that were corrected, by controller."),
            out.counter("node_edac_uncorrectable_errors_total", "Memory errors that could not be corrected, by controller."),
        ],
        csrow: [
            out.counter("node_edac_csrow_correctable_errors_total", "Memory errors that were corrected, by chip-select row."),
            out.counter("node_edac_csrow_uncorrectable_errors_total", "Memory errors that could not be corrected, by chip-select row."),
        ],
        channel: [
            out.counter("node_edac_channel_correctable_errors_total", "Memory errors that were corrected, by channel and module."),
            out.counter("node_edac_channel_uncorrectable_errors_total", "Memory errors that could not be corrected, by channel and module."),
        ],
    }
}

fn controller(folder: &Folder, controller: &str, families: &Output, out: &mut Families) -> Result<(), ReadError> {
    for (kind, (total, csrow)) in KINDS.into_iter().zip(families.controller.into_iter().zip(families.csrow)) {
        out.add(total, &[("controller", controller)], folder.number::<u64>(&format!("{kind}_count"))?);
        let elsewhere = folder.number::<u64>(&format!("{kind}_noinfo_count"))?;
        out.add(csrow, &[("controller", controller), ("csrow", "unknown")], elsewhere);
    }
    for name in folder.numbered("csrow")? {
        let row = folder.folder(&name);
        let csrow = digits(&name["csrow".len()..]);
        for (kind, family) in KINDS.into_iter().zip(families.csrow) {
            let errors = row.number::<u64>(&format!("{kind}_count"))?;
            out.add(family, &[("controller", controller), ("csrow", csrow)], errors);
        }
        channels(&row, controller, csrow, families, out)?;
    }
    Ok(())
}

fn channels(
    row: &Folder,
    controller: &str,
    csrow: &str,
    families: &Output,
    out: &mut Families,
) -> Result<(), ReadError> {
    for file in row.numbered("ch")? {
        let Some(channel) = file.strip_prefix("ch").and_then(|rest| rest.strip_suffix("_ce_count")) else { continue };
        let label = dimm_label(row, channel);
        let labels = [("channel", channel), ("controller", controller), ("csrow", csrow), ("dimm_label", &label)];
        out.add(families.channel[0], &labels, row.number::<u64>(&file)?);
        if let Ok(errors) = row.number::<u64>(&format!("ch{channel}_ue_count")) {
            out.add(families.channel[1], &labels, errors);
        }
    }
    Ok(())
}

/// The module's name; the kernel's default `mc#0csrow#1channel#2` becomes `mc0_csrow1_channel2`.
fn dimm_label(row: &Folder, channel: &str) -> String {
    match row.text(&format!("ch{channel}_dimm_label")) {
        Ok(label) => label.replace('#', "").replace("csrow", "_csrow").replace("channel", "_channel"),
        Err(_) => "unknown".to_owned(),
    }
}

/// The digits that `text` begins with.
fn digits(text: &str) -> &str {
    &text[..text.bytes().take_while(u8::is_ascii_digit).count()]
}
