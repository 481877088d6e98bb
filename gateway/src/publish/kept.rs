//! Answers that still hold. What recording rules made changes when they are evaluated, and only then: as long as they were
//! not, the answer of the tick before is the one that Prometheus would give, whoever was scraped, came or went meanwhile.
//!
//! A large fleet's rules are evaluated as often as it is scraped, so of three ticks of 5 s two ask nothing. To ask the rules'
//! series of those servers only that were scraped since, as it is done for gauges, would spare less there: an evaluation
//! takes in new samples of all at once. When they were evaluated the last rule of their group tells, and it is asked before
//! the rest: where rules of one evaluation are still to come, what is answered now is asked again on the next tick.

use bytes::Bytes;

use crate::prometheus::{Asker, Error};

/// Everything is asked now and then, whatever was thought to be known.
const HOLDS_AT_MOST: f64 = 60.0;

/// An answer, and what it hangs on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept {
    pub body: Bytes,
    expression: String,
    /// When it was asked.
    at: f64,
    /// When the rules had been evaluated then; empty: that is not known.
    evaluated: Vec<f64>,
}

/// The answer of the tick before where it holds, else the one that Prometheus gives now. `evaluated` is empty for an
/// expression that no rule has made the series of.
pub(super) async fn ask(
    asker: &Asker<'_>,
    name: &'static str,
    expression: String,
    evaluated: &[f64],
    at: f64,
    before: Option<Kept>,
) -> Result<Kept, Error> {
    if let Some(before) = before.filter(|before| before.holds(&expression, evaluated, at)) {
        return Ok(before);
    }
    let body = asker.query(name, expression.clone(), Some(at)).await?;
    Ok(Kept { body, expression, at, evaluated: evaluated.to_vec() })
}

impl Kept {
    fn holds(&self, expression: &str, evaluated: &[f64], at: f64) -> bool {
        let is_same = !evaluated.is_empty() && self.evaluated == evaluated && self.expression == expression;
        is_same && (0.0..HOLDS_AT_MOST).contains(&(at - self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_until_the_rules_are_evaluated_again() {
        let kept = Kept { expression: "a".to_owned(), at: 105.0, evaluated: vec![90.0, 100.0], ..Kept::default() };
        assert!(kept.holds("a", &[90.0, 100.0], 110.0) && kept.holds("a", &[90.0, 100.0], 164.9));
        assert!(!kept.holds("a", &[90.0, 115.0], 116.0), "one Prometheus of two evaluated them");
        assert!(!kept.holds("a", &[90.0], 110.0), "one Prometheus of two is gone");
        assert!(!kept.holds("b", &[90.0, 100.0], 110.0), "another question");
        assert!(!kept.holds("a", &[90.0, 100.0], 165.0), "everything is asked once a minute");
        assert!(!kept.holds("a", &[90.0, 100.0], 104.0), "the clock was put back");
    }

    #[test]
    fn nothing_holds_where_the_rules_do_not_tell_when_they_were_evaluated() {
        let kept = Kept { expression: "a".to_owned(), at: 105.0, ..Kept::default() };
        assert!(!kept.holds("a", &[], 105.0));
    }
}
