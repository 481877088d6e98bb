//! Confining a caller to some labels: every selector of the syntax tree gets a matcher more.

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{Expr, VectorSelector};
use thiserror::Error;

use super::query;

/// Labels with the values that a caller is confined to; sorted, not empty.
pub(crate) type Confinement = [(String, String)];

#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum EnforceError {
    #[error("the query cannot be confined to the labels of this credential, because it cannot be parsed: {0}")]
    Unparsable(String),
    #[error("the query cannot be confined to the labels of this credential: it cannot be written unambiguously")]
    Ambiguous,
    #[error("match[] has to be a selector, not {0:?}")]
    NotASelector(String),
}

/// The same query over the caller's series only.
pub(crate) fn confine_query(text: &str, labels: &Confinement) -> Result<String, EnforceError> {
    let mut expr = query::parse(text).map_err(EnforceError::Unparsable)?;
    let mut error = None;
    each_selector(&mut expr, &mut |selector| confine(selector, labels), &mut error);
    if let Some(error) = error {
        return Err(error);
    }
    // What was printed is read again: if the printer lost anything, the question is not asked.
    let printed = expr.to_string();
    let mut read = query::parse(&printed).map_err(|_| EnforceError::Ambiguous)?;
    for expr in [&mut expr, &mut read] {
        each_selector(expr, &mut sort_matchers, &mut error);
    }
    if read == expr && is_confined(read, labels) { Ok(printed) } else { Err(EnforceError::Ambiguous) }
}

/// The same for a `match[]`, which has to be a plain selector.
pub(crate) fn confine_selector(text: &str, labels: &Confinement) -> Result<String, EnforceError> {
    match query::parse(text).map_err(EnforceError::Unparsable)? {
        Expr::VectorSelector(selector) if selector.at.is_none() && selector.offset.is_none() => {
            confine_query(text, labels)
        }
        _ => Err(EnforceError::NotASelector(text.to_owned())),
    }
}

/// The selector of everything the caller may see, for a request without a `match[]`.
pub(crate) fn whole_selector(labels: &Confinement) -> String {
    let matchers: Vec<String> = labels.iter().map(|label| matcher(label).to_string()).collect();
    format!("{{{}}}", matchers.join(","))
}

fn matcher((name, value): &(String, String)) -> Matcher {
    Matcher::new(MatchOp::Equal, name, value)
}

fn confine(selector: &mut VectorSelector, labels: &Confinement) {
    let matchers = &mut selector.matchers;
    // VictoriaMetrics' `{a="1" or b="2"}`: each branch is a selector of its own.
    for branch in &mut matchers.or_matchers {
        branch.extend(labels.iter().map(matcher));
    }
    if matchers.or_matchers.is_empty() || !matchers.matchers.is_empty() {
        matchers.matchers.extend(labels.iter().map(matcher));
    }
}

/// The printer sorts matchers; for comparing, so do we.
fn sort_matchers(selector: &mut VectorSelector) {
    let matchers = &mut selector.matchers;
    for branch in matchers.or_matchers.iter_mut().chain([&mut matchers.matchers]) {
        branch.sort_by_key(ToString::to_string);
    }
}

fn is_confined(mut expr: Expr, labels: &Confinement) -> bool {
    let mut confined = true;
    let mut error = None;
    let mut check = |selector: &mut VectorSelector| {
        let has_all = |branch: &Vec<Matcher>| labels.iter().all(|label| branch.contains(&matcher(label)));
        let matchers = &selector.matchers;
        let plain = matchers.or_matchers.is_empty() || !matchers.matchers.is_empty();
        confined &= matchers.or_matchers.iter().all(has_all) && (!plain || has_all(&matchers.matchers));
    };
    each_selector(&mut expr, &mut check, &mut error);
    confined && error.is_none()
}

fn each_selector(expr: &mut Expr, visit: &mut impl FnMut(&mut VectorSelector), error: &mut Option<EnforceError>) {
    match expr {
        Expr::Aggregate(aggregate) => {
            if let Some(param) = &mut aggregate.param {
                each_selector(param, visit, error);
            }
            each_selector(&mut aggregate.expr, visit, error);
        }
        Expr::Unary(unary) => each_selector(&mut unary.expr, visit, error),
        Expr::Binary(binary) => {
            each_selector(&mut binary.lhs, visit, error);
            each_selector(&mut binary.rhs, visit, error);
        }
        Expr::Paren(paren) => each_selector(&mut paren.expr, visit, error),
        Expr::Subquery(subquery) => each_selector(&mut subquery.expr, visit, error),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => {}
        Expr::VectorSelector(selector) => visit(selector),
        Expr::MatrixSelector(matrix) => visit(&mut matrix.vs),
        // `info` looks up `target_info` by itself, out of reach of any matcher.
        Expr::Call(call) if call.func.name == "info" => *error = Some(EnforceError::Ambiguous),
        Expr::Call(call) => {
            for argument in &mut call.args.args {
                each_selector(argument, visit, error);
            }
        }
        Expr::Extension(_) => *error = Some(EnforceError::Ambiguous),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confined(text: &str) -> Result<String, EnforceError> {
        confine_query(text, &[("team".to_owned(), "a\"b".to_owned())])
    }

    #[test]
    fn every_selector_is_confined() {
        for (text, expected) in [
            ("up", r#"up{team="a\"b"}"#),
            ("1 + 1", "1 + 1"),
            (r#"rate(a{x="y"}[5m])"#, r#"rate(a{team="a\"b",x="y"}[5m])"#),
            ("a or b", r#"a{team="a\"b"} or b{team="a\"b"}"#),
            ("max_over_time((a - b)[1h:1m])", r#"max_over_time((a{team="a\"b"} - b{team="a\"b"})[1h:1m])"#),
            ("topk(scalar(a), b)", r#"topk(scalar(a{team="a\"b"}), b{team="a\"b"})"#),
            (r#"{__name__=~".+"}"#, r#"{__name__=~".+",team="a\"b"}"#),
            // Not replaced: who asks for another team gets nothing.
            (r#"up{team="c"}"#, r#"up{team="a\"b",team="c"}"#),
            (r#"up{a="1" or b="2"}"#, r#"up{a="1", team="a\"b" or b="2", team="a\"b"}"#),
        ] {
            assert_eq!(confined(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_confined_for_certain_is_refused() {
        assert!(matches!(confined("rate(foo[1h/2])"), Err(EnforceError::Unparsable(_))));
        assert_eq!(confined("foo @ -5"), Err(EnforceError::Ambiguous));
        let labels = [("team".to_owned(), "a".to_owned())];
        for text in ["sum(up)", "up offset 5m", "up[5m]", "1"] {
            assert!(confine_selector(text, &labels).is_err(), "{text}");
        }
        assert_eq!(confine_selector("up", &labels).as_deref(), Ok(r#"up{team="a"}"#));
        assert_eq!(whole_selector(&labels), r#"{team="a"}"#);
    }
}
