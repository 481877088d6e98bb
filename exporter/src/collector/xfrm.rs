//! Errors of IPsec, from `/proc/net/xfrm_stat`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Value};
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "xfrm",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Xfrm { file: KeptFile::new(settings.roots.proc(FILE)) })),
};

const FILE: &str = "net/xfrm_stat";

/// What is exposed, by the kernel's name; see `Documentation/networking/xfrm_proc.rst`.
#[rustfmt::skip]
const COUNTERS: [(&str, &str, &str); 28] = [
    ("XfrmInError", "in_error", "Packets received with an error that no other counter tells."),
    ("XfrmInBufferError", "in_buffer_error", "Packets received without a buffer left."),
    ("XfrmInHdrError", "in_hdr_error", "Packets received with a wrong header."),
    ("XfrmInNoStates", "in_no_states", "Packets received without a state for their SPI, address or protocol."),
    ("XfrmInStateProtoError", "in_state_proto_error", "Packets received with an error of the protocol, as from a wrong key."),
    ("XfrmInStateModeError", "in_state_mode_error", "Packets received with an error of the mode."),
    ("XfrmInStateSeqError", "in_state_seq_error", "Packets received with a sequence number out of the window."),
    ("XfrmInStateExpired", "in_state_expired", "Packets received for a state that has expired."),
    ("XfrmInStateMismatch", "in_state_mismatch", "Packets received with an option that does not fit their state's."),
    ("XfrmInStateInvalid", "in_state_invalid", "Packets received for a state that is not valid."),
    ("XfrmInTmplMismatch", "in_tmpl_mismatch", "Packets received without a template for their states."),
    ("XfrmInNoPols", "in_no_pols", "Packets received without a policy for their states."),
    ("XfrmInPolBlock", "in_pol_block", "Packets received and discarded by a policy."),
    ("XfrmInPolError", "in_pol_error", "Packets received with an error of a policy."),
    ("XfrmOutError", "out_error", "Packets to send with an error that no other counter tells."),
    ("XfrmOutBundleGenError", "out_bundle_gen_error", "Packets to send for which no bundle could be made."),
    ("XfrmOutBundleCheckError", "out_bundle_check_error", "Packets to send whose bundle was found wrong."),
    ("XfrmOutNoStates", "out_no_states", "Packets to send without a state."),
    ("XfrmOutStateProtoError", "out_state_proto_error", "Packets to send with an error of the protocol."),
    ("XfrmOutStateModeError", "out_state_mode_error", "Packets to send with an error of the mode."),
    ("XfrmOutStateSeqError", "out_state_seq_error", "Packets to send for which no sequence number was left."),
    ("XfrmOutStateExpired", "out_state_expired", "Packets to send for a state that has expired."),
    ("XfrmOutPolBlock", "out_pol_block", "Packets to send and discarded by a policy."),
    ("XfrmOutPolDead", "out_pol_dead", "Packets to send for a policy that is dead."),
    ("XfrmOutPolError", "out_pol_error", "Packets to send with an error of a policy."),
    ("XfrmFwdHdrError", "fwd_hdr_error", "Packets that must not be forwarded."),
    ("XfrmOutStateInvalid", "out_state_invalid", "Packets to send for a state that is not valid."),
    ("XfrmAcquireError", "acquire_error", "Packets for a state that was not acquired yet."),
];

struct Xfrm {
    file: KeptFile,
}

impl Collector for Xfrm {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read(&mut scrape.scratch)?;
        let counters = parse(content).map_err(|problem| CollectError::parse(FILE, problem))?;
        for ((_, name, help), value) in COUNTERS.into_iter().zip(counters) {
            out.counter_value(&format!("node_xfrm_{name}_packets_total"), help, value);
        }
        Ok(())
    }
}

/// The counters in their order; those that the kernel does not have are 0, as it has counted nothing for them.
fn parse(content: &[u8]) -> Result<[Value; COUNTERS.len()], String> {
    if content.is_empty() {
        return Err("is empty".to_owned());
    }
    let mut counters = [Value::Unsigned(0); COUNTERS.len()];
    for line in text::lines(content) {
        let mut fields = text::fields(line);
        let (name, value) = (fields.next().unwrap_or_default(), fields.next().and_then(Value::parse));
        let value = value.ok_or_else(|| format!("`{}` is not a name and a number", text::shown(line)))?;
        if let Some(place) = COUNTERS.iter().position(|(known, ..)| known.as_bytes() == name) {
            counters[place] = value;
        }
    }
    Ok(counters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_found_by_name() {
        let counters = parse(b"XfrmAcquireError        \t24532\nXfrmNew 1\nXfrmInError 1").unwrap();
        assert!(matches!(counters[27], Value::Unsigned(24532)));
        assert!(matches!(counters[..2], [Value::Unsigned(1), Value::Unsigned(0)]));
    }

    #[test]
    fn wrong_lines_are_shown() {
        assert_eq!(parse(b"").unwrap_err(), "is empty");
        assert_eq!(parse(b"XfrmInError").unwrap_err(), "`XfrmInError` is not a name and a number");
        assert_eq!(parse(b"XfrmInError x\n").unwrap_err(), "`XfrmInError x` is not a name and a number");
    }
}
