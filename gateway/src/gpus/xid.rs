//! What NVIDIA's XID errors mean, in a sentence.

/// Those that say something of the GPU and not of a program, by NVIDIA's catalogue.
const MEANINGS: &[(u32, &str)] = &[
    (13, "A program reached outside its memory, or failed in another way."),
    (31, "A program used an invalid address."),
    (43, "A program made an error and was stopped; the GPU itself is well."),
    (45, "A program was ended and cleaned up after; an earlier XID has the cause."),
    (48, "Double-bit ECC error: memory was lost."),
    (61, "The GPU's internal microcontroller paused."),
    (62, "The GPU's internal microcontroller halted."),
    (63, "A bad memory page or row will be replaced at the next reset."),
    (64, "A bad memory page or row could not be recorded for replacement."),
    (69, "Graphics engine error: mostly a program's."),
    (74, "NVLink error: jobs over several GPUs fail."),
    (79, "The GPU has fallen off the bus."),
    (92, "Many single-bit ECC errors, all corrected."),
    (94, "Contained ECC error: the program that hit it was ended, the others are well."),
    (95, "Uncontained ECC error: every program on this GPU may have wrong data."),
    (119, "The GPU's system processor (GSP) does not answer."),
    (120, "The GPU's system processor (GSP) failed."),
    (121, "Error on the link to the CPU (C2C)."),
    (140, "Unrecovered ECC error."),
    (154, "The driver asks for a recovery action."),
];

/// The meaning of a code; None for one that NVIDIA's catalogue has to be asked for.
pub fn meaning(code: u32) -> Option<&'static str> {
    MEANINGS.iter().find(|(known, _)| *known == code).map(|&(_, meaning)| meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An alert with words for a code and a page without them would be two stories.
    #[test]
    fn every_code_that_an_alert_explains_has_a_meaning() {
        let rules = include_str!("../../../prometheus/rules/gpu.yml");
        let explained = rules.split("eq $labels.xid ").skip(1).flat_map(|rest| {
            let codes = rest.split_once(" }}").unwrap().0;
            codes.split(' ').map(|code| code.trim_matches('"').parse::<u32>().unwrap()).collect::<Vec<_>>()
        });
        let explained: Vec<_> = explained.collect();
        assert!(explained.len() > 15, "{explained:?}");
        let without: Vec<_> = explained.into_iter().filter(|&code| meaning(code).is_none()).collect();
        assert!(without.is_empty(), "{without:?}");
    }
}
