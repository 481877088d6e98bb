//! A filesystem's devices: the folders `dev-<number>`.

use super::{parse, parsed};
use crate::collector::CollectError;
use crate::sample::{Kind, NamedFamilies};
use crate::source::Folder;

pub(super) fn write(
    folder: &Folder,
    uuid: &str,
    device: &str,
    out: &mut NamedFamilies<'_>,
) -> Result<(), CollectError> {
    let text = |attribute| folder.offered_text(attribute).map(Option::unwrap_or_default);
    let (label, state) = (text("label")?, text("state")?);
    let labels = [("device", device), ("label", &label), ("state", &state), ("uuid", uuid)];
    let help = || "A device of a filesystem, and its state; always 1.".to_owned();
    out.add((Kind::Gauge, "node_bcachefs_device_info"), help, &labels, 1u64);

    let labels = [("device", device), ("uuid", uuid)];
    let size = |text: &str| parse::bytes(text).ok_or_else(|| text.to_owned());
    if let Some(size) = parsed(folder, "bucket_size", size)? {
        let help = || "Size of a device's buckets in bytes.".to_owned();
        out.add((Kind::Gauge, "node_bcachefs_device_bucket_size_bytes"), help, &labels, size);
    }
    for (attribute, name, help) in [
        ("nbuckets", "node_bcachefs_device_buckets", "Buckets of a device."),
        ("durability", "node_bcachefs_device_durability", "How many copies one on this device counts as."),
    ] {
        if let Some(value) = folder.offered_number::<u64>(attribute)? {
            out.add((Kind::Gauge, name), || help.to_owned(), &labels, value);
        }
    }
    for (operation, data, count) in parsed(folder, "io_done", parse::io_done)?.unwrap_or_default() {
        let labels = [("data_type", data.as_str()), ("device", device), ("operation", operation), ("uuid", uuid)];
        let help = || "Bytes read from and written to a device, by what they hold.".to_owned();
        out.add((Kind::Counter, "node_bcachefs_device_io_done_bytes_total"), help, &labels, count);
    }
    for (kind, count) in parsed(folder, "io_errors", parse::io_errors)?.unwrap_or_default() {
        let labels = [("device", device), ("type", kind.as_str()), ("uuid", uuid)];
        let help = || "Errors of a device since the filesystem was made.".to_owned();
        out.add((Kind::Counter, "node_bcachefs_device_io_errors_total"), help, &labels, count);
    }
    Ok(())
}
