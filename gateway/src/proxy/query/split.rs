//! Whether a query's answer for a window is the answers for its parts put together, and what it looks at besides.

use std::fmt;
use std::time::{Duration, SystemTime};

use promql_parser::label::{MatchOp, Matchers};
use promql_parser::parser::token::{T_LAND, T_LIMIT_RATIO, T_LIMITK, T_LUNLESS};
use promql_parser::parser::{
    AggregateExpr, AtModifier, BinaryExpr, Call, Expr, LabelModifier, Offset, SubqueryExpr, VectorSelector,
};

/// Why a query is not split by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NotSplit {
    Unparsable,
    /// `@ start()`, `@ end()`: the value at a step depends on the window.
    AtWindow,
    /// `start()`, `end()`, `range()` as functions.
    SeesRange,
    /// A negative offset looks into the future, which is not settled when the step is.
    NegativeOffset,
    /// Which series it picks depends on which others there are in the window.
    PicksSeries,
    /// Two series may become one when their names are dropped. Prometheus refuses when both occur in the window, even at
    /// different times: with parts it would not notice.
    NamesMayCollide,
}

impl NotSplit {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unparsable => "unparsable",
            Self::AtWindow => "at-window",
            Self::SeesRange => "sees-range",
            Self::NegativeOffset => "negative-offset",
            Self::PicksSeries => "picks-series",
            Self::NamesMayCollide => "names-may-collide",
        }
    }
}

impl fmt::Display for NotSplit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a query looks at besides the steps it is evaluated at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The latest fixed time (`@ 1700000000`): unless that is settled, nothing is.
    pub(crate) latest_at_ms: Option<i64>,
    /// Whether it can look past its steps; then it is never settled.
    pub(crate) forward: bool,
    /// How far back ranges, subqueries and offsets look, added up along the deepest path.
    pub(crate) back: Duration,
}

impl Reach {
    pub(crate) fn unknown() -> Self {
        Self { latest_at_ms: None, forward: true, back: Duration::ZERO }
    }
}

pub(super) fn judge(expr: &Expr) -> (Option<NotSplit>, Reach) {
    let mut walk = Walk { not_split: None, reach: Reach { latest_at_ms: None, forward: false, back: Duration::ZERO } };
    walk.expr(expr, Duration::ZERO);
    (walk.not_split, walk.reach)
}

struct Walk {
    /// The first reason found; one is enough.
    not_split: Option<NotSplit>,
    reach: Reach,
}

impl Walk {
    fn forbid(&mut self, reason: NotSplit) {
        self.not_split.get_or_insert(reason);
    }

    fn expr(&mut self, expr: &Expr, back: Duration) {
        match expr {
            Expr::Aggregate(aggregate) => self.aggregate(aggregate, back),
            Expr::Unary(unary) => {
                if names_may_collide(&unary.expr) {
                    self.forbid(NotSplit::NamesMayCollide);
                }
                self.expr(&unary.expr, back);
            }
            Expr::Binary(binary) => {
                self.expr(&binary.lhs, back);
                self.expr(&binary.rhs, back);
            }
            Expr::Paren(paren) => self.expr(&paren.expr, back),
            Expr::Subquery(subquery) => self.subquery(subquery, back),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) => {}
            Expr::VectorSelector(selector) => self.selector(selector, back),
            Expr::MatrixSelector(matrix) => self.selector(&matrix.vs, back.saturating_add(matrix.range)),
            Expr::Call(call) => self.call(call, back),
            Expr::Extension(_) => self.forbid(NotSplit::Unparsable),
        }
    }

    fn aggregate(&mut self, aggregate: &AggregateExpr, back: Duration) {
        if [T_LIMITK, T_LIMIT_RATIO].contains(&aggregate.op.id()) {
            self.forbid(NotSplit::PicksSeries);
        }
        if let Some(param) = &aggregate.param {
            self.expr(param, back);
        }
        self.expr(&aggregate.expr, back);
    }

    fn subquery(&mut self, subquery: &SubqueryExpr, back: Duration) {
        let back = self.modifiers(subquery.at.as_ref(), subquery.offset.as_ref(), back);
        self.expr(&subquery.expr, back.saturating_add(subquery.range));
    }

    fn selector(&mut self, selector: &VectorSelector, back: Duration) {
        let back = self.modifiers(selector.at.as_ref(), selector.offset.as_ref(), back);
        self.reach.back = self.reach.back.max(back);
    }

    fn modifiers(&mut self, at: Option<&AtModifier>, offset: Option<&Offset>, back: Duration) -> Duration {
        match at {
            Some(AtModifier::Start | AtModifier::End) => {
                self.forbid(NotSplit::AtWindow);
                self.reach.forward = true;
            }
            Some(AtModifier::At(time)) => {
                let at_ms = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis());
                let at_ms = i64::try_from(at_ms).unwrap_or(i64::MAX);
                self.reach.latest_at_ms = self.reach.latest_at_ms.max(Some(at_ms));
            }
            None => {}
        }
        match offset {
            Some(Offset::Neg(by)) if !by.is_zero() => {
                self.forbid(NotSplit::NegativeOffset);
                self.reach.forward = true;
                back
            }
            Some(Offset::Pos(by)) => back.saturating_add(*by),
            _ => back,
        }
    }

    fn call(&mut self, call: &Call, back: Duration) {
        match call.func.name {
            "start" | "end" | "range" => {
                self.forbid(NotSplit::SeesRange);
                self.reach.forward = true;
            }
            // Selects its info series over the whole window.
            "info" => self.forbid(NotSplit::PicksSeries),
            _ => {}
        }
        let drops_names = !keeps_names(call.func.name);
        for argument in &call.args.args {
            if drops_names && is_matrix(argument) && names_may_collide(argument) {
                self.forbid(NotSplit::NamesMayCollide);
            }
            self.expr(argument, back);
        }
    }
}

fn is_matrix(expr: &Expr) -> bool {
    match expr {
        Expr::MatrixSelector(_) | Expr::Subquery(_) => true,
        Expr::Paren(paren) => is_matrix(&paren.expr),
        _ => false,
    }
}

fn keeps_names(function: &str) -> bool {
    matches!(
        function,
        "last_over_time" | "first_over_time" | "sort" | "sort_desc" | "sort_by_label" | "sort_by_label_desc"
    )
}

/// Whether an expression may have two series that differ in nothing but their names. In doubt, yes.
fn names_may_collide(expr: &Expr) -> bool {
    match expr {
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => false,
        Expr::Paren(paren) => names_may_collide(&paren.expr),
        Expr::VectorSelector(selector) => !has_one_name(selector),
        Expr::MatrixSelector(matrix) => !has_one_name(&matrix.vs),
        Expr::Subquery(subquery) => names_may_collide(&subquery.expr),
        Expr::Unary(_) => false,
        Expr::Binary(binary) => binary_may_collide(binary),
        Expr::Aggregate(aggregate) => match &aggregate.modifier {
            Some(LabelModifier::Include(labels)) => labels.labels.iter().any(|label| label == "__name__"),
            None => {
                // topk, bottomk and the like hand their series on.
                use promql_parser::parser::token::{T_BOTTOMK, T_COUNT_VALUES, T_TOPK};
                match aggregate.op.id() {
                    T_TOPK | T_BOTTOMK | T_LIMITK | T_LIMIT_RATIO => names_may_collide(&aggregate.expr),
                    T_COUNT_VALUES => true,
                    _ => false,
                }
            }
            Some(LabelModifier::Exclude(_)) => true,
        },
        Expr::Call(call) => match call.func.name {
            "label_replace" | "label_join" => true,
            name if keeps_names(name) => call.args.args.iter().any(|argument| names_may_collide(argument)),
            _ => false,
        },
        Expr::Extension(_) => true,
    }
}

fn binary_may_collide(binary: &BinaryExpr) -> bool {
    match binary.op.id() {
        T_LAND | T_LUNLESS => names_may_collide(&binary.lhs),
        _ if binary.op.is_set_operator() => true,
        // A comparison that filters keeps the names of its left or right side; arithmetic drops them and checks.
        _ if binary.op.is_comparison_operator() => names_may_collide(&binary.lhs) || names_may_collide(&binary.rhs),
        _ => false,
    }
}

fn has_one_name(selector: &VectorSelector) -> bool {
    selector.name.is_some() || names_by_equality(&selector.matchers)
}

fn names_by_equality(matchers: &Matchers) -> bool {
    matchers.or_matchers.is_empty()
        && matchers.matchers.iter().any(|matcher| {
            matcher.name == "__name__" && matches!(matcher.op, MatchOp::Equal) && !matcher.value.is_empty()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> (Option<NotSplit>, Reach) {
        judge(&promql_parser::parser::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")))
    }

    #[test]
    fn queries_that_are_the_sum_of_their_parts_are_split() {
        for text in [
            "up",
            "sum by (job) (rate(http_requests_total{code!=\"200\"}[5m]))",
            "histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))",
            "max_over_time(rate(foo[1m])[1h:1m])",
            "foo offset 1h",
            "foo @ 1700000000",
            "topk(3, foo)",
            "time() - foo",
            "last_over_time({__name__=~\"a|b\"}[5m])",
            "{__name__=~\"a|b\"}",
            "rate({__name__=\"a\"}[5m])",
            "absent(foo)",
            "step()",
        ] {
            match promql_parser::parser::parse(text) {
                Ok(_) => assert_eq!(judged(text).0, None, "{text}"),
                Err(error) => assert_eq!(text, "step()", "{error}"),
            }
        }
    }

    #[test]
    fn queries_that_see_their_window_are_not() {
        for (text, reason) in [
            ("foo @ start()", NotSplit::AtWindow),
            ("sum(rate(foo[5m] @ end()))", NotSplit::AtWindow),
            ("max_over_time(foo[1h:1m] @ end())", NotSplit::AtWindow),
            ("a or (b / on (x) (c @ start()))", NotSplit::AtWindow),
            ("topk(scalar(foo @ end()), foo)", NotSplit::AtWindow),
            ("foo offset -5m", NotSplit::NegativeOffset),
            ("rate(foo[5m] offset -1s)", NotSplit::NegativeOffset),
            ("max_over_time(foo[1h:1m] offset -1h)", NotSplit::NegativeOffset),
            ("limitk(3, foo)", NotSplit::PicksSeries),
            ("rate({__name__=~\"a|b\"}[5m])", NotSplit::NamesMayCollide),
            ("rate({job=\"a\"}[5m])", NotSplit::NamesMayCollide),
            ("-{job=\"a\"}", NotSplit::NamesMayCollide),
            ("max_over_time((a or b)[5m:1m])", NotSplit::NamesMayCollide),
        ] {
            assert_eq!(judged(text).0, Some(reason), "{text}");
        }
    }

    #[test]
    fn functions_that_see_the_range_are_not_split_whatever_the_parser_makes_of_them() {
        for text in ["foo + range()", "start()", "end() - time()", "foo[range()]", "foo[1h/2]", "foo offset range()"] {
            let query = super::super::Query::read(text);
            assert!(query.not_split.is_some(), "{text}");
            assert!(query.reach.forward, "{text}");
        }
    }

    #[test]
    fn a_fixed_time_has_to_be_settled_itself() {
        assert_eq!(judged("foo @ 1700000000.5 + bar @ 5").1.latest_at_ms, Some(1_700_000_000_500));
        assert_eq!(judged("foo").1.latest_at_ms, None);
    }

    #[test]
    fn how_far_back_a_query_looks_adds_up() {
        let back = |text| judged(text).1.back.as_secs();
        assert_eq!(back("foo"), 0);
        assert_eq!(back("rate(foo[5m] offset 1h)"), 3_900);
        assert_eq!(back("max_over_time(rate(foo[5m])[1d:1m]) + rate(bar[2h])"), 86_700);
    }
}
