//! Files and what is read from them, or why nothing is.

use super::*;

fn shown(content: &str) -> Result<String, String> {
    let parsed = parse(content.as_bytes()).map_err(|error| error.to_string())?;
    let mut text = String::new();
    for family in &parsed.families {
        text += &format!("{} {:?} {:?}\n", family.name, family.kind(), family.help);
        for metric in &family.metrics {
            text += &format!("  {:?}\n", metric.labels);
            for Point { suffix, bound, value } in &metric.points {
                text += &format!("    {suffix:?} {bound:?} {value:?}\n");
            }
        }
    }
    Ok(format!("{text}{} duplicates\n", parsed.duplicates))
}

#[test]
fn heads_samples_and_labels() {
    let text = shown(
        "# a comment\n\n# HELP a_total What \\\\ it\\nis.\n#TYPE a_total  Counter\n\
         a_total{ x = \"1\" , y=\"\\\"\\\\\\n\", } +5\n \ta_total{x=\"2\"} 0.5\na_total{y=\"\",x=\"2\"} 7\n\
         b -Inf\nb 2\n# TYPE empty gauge\n",
    );
    insta::assert_snapshot!(text.unwrap(), @r#"
    a_total Counter Some("What \\ it\nis.")
      [("x", "1"), ("y", "\"\\\n")]
        "" None Unsigned(5)
      [("x", "2"), ("y", "")]
        "" None Float(0.5)
    b Untyped None
      []
        "" None Float(-inf)
    2 duplicates
    "#);
}

#[test]
fn histograms_and_summaries_gather_their_samples() {
    let text = shown(
        "# TYPE h histogram\nh_count{a=\"1\"} 3\nh_sum{a=\"1\"} 4.5\nh_bucket{a=\"1\",le=\"1e3\"} 2\n\
         h_bucket{a=\"1\",le=\"0.5\"} 1\nh_bucket{a=\"1\",le=\"1000\"} 9\n\
         # TYPE s summary\ns{quantile=\"0.9\"} 2\ns{quantile=\"0.5\"} NaN\ns_sum 1\ns_bucket 4\n",
    );
    insta::assert_snapshot!(text.unwrap(), @r#"
    h Histogram None
      [("a", "1")]
        "_bucket" Some(0.5) Unsigned(1)
        "_bucket" Some(1000.0) Unsigned(2)
        "_bucket" Some(inf) Unsigned(3)
        "_sum" None Float(4.5)
        "_count" None Unsigned(3)
    s Summary None
      []
        "" Some(0.5) Float(NaN)
        "" Some(0.9) Unsigned(2)
        "_sum" None Unsigned(1)
        "_count" None Unsigned(0)
    s_bucket Untyped None
      []
        "" None Unsigned(4)
    1 duplicates
    "#);
}

#[test]
fn an_error_names_the_line_and_what_is_wrong() {
    for (content, error) in [
        ("a 1\nb 2", "line 2: the last line does not end in a line feed"),
        ("a 1\r\n", "line 1: `1\r` is not a value of `a`"),
        ("\r\n", "line 1: a sample does not begin with a metric's name"),
        ("a 1 1441205977284\n", "line 1: `a` has a timestamp, which is for scrapers to set"),
        ("a 1 \n", "line 1: white space after the value of `a`"),
        ("a\n", "line 1: `` is not a value of `a`"),
        ("a x\n", "line 1: `x` is not a value of `a`"),
        ("a 1e999\n", "line 1: `1e999` is not a value of `a`"),
        ("a 1_000\n", "line 1: `1_000` is not a value of `a`"),
        ("1a 1\n", "line 1: a sample does not begin with a metric's name"),
        ("{a=\"1\"} 1\n", "line 1: a sample does not begin with a metric's name"),
        ("a{1x=\"\"} 1\n", "line 1: a label's name is missing"),
        ("a{,} 1\n", "line 1: a label's name is missing"),
        ("a{x=\"1\" y=\"2\"} 1\n", "line 1: neither `,` nor `}` follows the label `x`"),
        ("a{x=1} 1\n", "line 1: the label `x` lacks a `\"`"),
        ("a{x} 1\n", "line 1: the label `x` lacks a `=`"),
        ("a{x=\"1} 1\n", "line 1: the value of the label `x` does not end"),
        ("a{x=\"\\t\"} 1\n", "line 1: an unknown escape in the value of the label `x`"),
        ("a{x=\"\\\n", "line 1: an unknown escape in the value of the label `x`"),
        ("a{x=\"\",x=\"\"} 1\n", "line 1: two labels `x`"),
        ("a{__name__=\"b\"} 1\n", "line 1: the label `__name__` is reserved"),
        ("# TYPE a counter\n# TYPE a gauge\n", "line 2: a second TYPE for `a`, or one after its samples"),
        ("a 1\n# TYPE a gauge\n", "line 2: a second TYPE for `a`, or one after its samples"),
        ("# HELP a x\n# HELP a x\n", "line 2: a second HELP for `a`"),
        ("# HELP a \\x\n", "line 1: an unknown escape in `\\x`"),
        ("# TYPE a gauge \n", "line 1: `a` has the unknown type `gauge `"),
        ("# TYPE 1 gauge\n", "line 1: a comment names no metric"),
        ("# TYPE h histogram\nh 1\n", "line 2: the histogram `h` has a sample without suffix"),
        ("# TYPE h histogram\nh_bucket 1\n", "line 2: a sample of `h` lacks the label `le`"),
        ("# TYPE h histogram\nh_bucket{le=\"x\"} 1\n", "line 2: `x` is not a value of the label `le` of `h`"),
        ("# TYPE h histogram\nh_count -1\n", "line 2: `h_count` is negative"),
        ("# TYPE s summary\ns 1\n", "line 2: a sample of `s` lacks the label `quantile`"),
    ] {
        assert_eq!(shown(content).unwrap_err(), error, "{content:?}");
    }
}

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(parse(b"a{x=\"\xff\"} 1\n").unwrap_err().problem, "the value of the label `x` is not UTF-8");
    assert_eq!(parse(b"# HELP a \xff\n").unwrap_err().problem, "a help text is not UTF-8");
    assert!(parse(b"\0\0\0\n").is_err());
    assert!(parse(b"").unwrap().families.is_empty());
    assert!(parse(b"# HELP\n# TYPE \n#\n \t").unwrap().families.is_empty());
}
