//! Open files of the whole system, from `/proc/sys/fs/file-nr`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Value};
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "filefd",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Filefd { file: KeptFile::new(settings.roots.proc(FILE)) })),
};

const FILE: &str = "sys/fs/file-nr";

struct Filefd {
    file: KeptFile,
}

impl Collector for Filefd {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let (allocated, maximum) = parse(self.file.read_page(&mut scrape.scratch)?)?;
        out.gauge_value("node_filefd_allocated", "File handles in use.", allocated);
        out.gauge_value("node_filefd_maximum", "Most file handles that may be in use.", maximum);
        Ok(())
    }
}

/// Parses `1024<tab>0<tab>1631329`: allocated, always 0 since Linux 2.6, maximum; see `proc_sys_fs(5)`.
fn parse(content: &[u8]) -> Result<(Value, Value), CollectError> {
    let mut fields = text::fields(content).map(Value::parse);
    match (fields.next().flatten(), fields.next(), fields.next().flatten()) {
        (Some(allocated), Some(_), Some(maximum)) => Ok((allocated, maximum)),
        _ => Err(CollectError::parse(FILE, format!("`{}` is not three numbers", text::shown(content).trim()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_third_number_count() {
        let (allocated, maximum) = parse(b"1024\t0\t9223372036854775807\n").unwrap();
        assert!(matches!((allocated, maximum), (Value::Unsigned(1024), Value::Unsigned(9_223_372_036_854_775_807))));
        for content in [&b""[..], b"1024\t0", b"a b c"] {
            assert!(parse(content).is_err());
        }
    }
}
