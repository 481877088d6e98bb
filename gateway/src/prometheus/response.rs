//! Prometheus' answers, borrowed from the body they came in: a label is a slice of it, not a copy.
//!
//! Unknown keys are ignored, because every server that speaks this API adds its own.

mod samples;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::client::excerpt;
use super::error::Error;

pub use samples::Samples;

/// `{"status":"success","data":…,"warnings":[…],"infos":[…]}`.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub struct Envelope<T> {
    pub data: T,
    /// The answer is not complete or not what was meant; the first few.
    #[serde(default)]
    pub warnings: Vec<String>,
    #[serde(default)]
    pub infos: Vec<String>,
}

/// `{"status":"error","errorType":"…","error":"…"}`.
#[derive(Debug, Deserialize)]
pub struct ErrorEnvelope<'a> {
    #[serde(rename = "errorType", borrow)]
    pub error_type: Cow<'a, str>,
    #[serde(borrow)]
    pub error: Cow<'a, str>,
}

/// The `data` of `query` when it is a vector.
#[derive(Debug, Deserialize)]
pub struct VectorData<'a> {
    #[serde(borrow)]
    pub result: Vec<Sample<'a>>,
}

/// One series at one instant. A native histogram has no single value and reads as NaN.
#[derive(Debug, Deserialize)]
pub struct Sample<'a> {
    #[serde(borrow, rename = "metric")]
    pub labels: Labels<'a>,
    #[serde(borrow, default)]
    value: Option<Point<'a>>,
}

impl Sample<'_> {
    /// The value, unless it is NaN or infinite: nothing a page shows can be either.
    pub fn finite(&self) -> Option<f64> {
        self.value.as_ref().and_then(Point::finite)
    }

    /// When the query was evaluated, in unix seconds.
    pub fn time(&self) -> Option<f64> {
        self.value.as_ref().map(|point| point.time)
    }
}

/// The `data` of `query_range`.
#[derive(Debug, Deserialize)]
pub struct MatrixData<'a> {
    #[serde(borrow)]
    pub result: Vec<Series<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct Series<'a> {
    #[serde(borrow, rename = "metric")]
    pub labels: Labels<'a>,
    #[serde(borrow, default)]
    pub values: Vec<Point<'a>>,
}

/// `[1700000000.123,"0.5"]`.
#[derive(Debug)]
pub struct Point<'a> {
    pub time: f64,
    text: Text<'a>,
}

impl Point<'_> {
    pub fn finite(&self) -> Option<f64> {
        self.text.0.parse().ok().filter(|value: &f64| value.is_finite())
    }
}

/// Labels in the order they came in; few enough that looking through them is the fastest way.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Labels<'a>(pub Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Labels<'a> {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref())
    }

    /// The label's value, or the empty text, which is what a missing label means in PromQL.
    pub fn value(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

/// Reads a whole body as the answer it should be.
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<Envelope<T>, Error> {
    serde_json::from_slice(body).map_err(|error| unreadable(&error, body))
}

fn unreadable(error: &serde_json::Error, body: &[u8]) -> Error {
    Error::Unreadable(format!("{error}, in `{}`", excerpt(body)))
}

/// A string that is borrowed when it holds no escapes.
#[derive(Debug)]
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for TextVisitor<'a> {
            type Value = Text<'a>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Labels<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LabelsVisitor<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for LabelsVisitor<'a> {
            type Value = Labels<'a>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of labels")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut labels = Vec::with_capacity(8);
                while let Some((name, value)) = map.next_entry::<Text<'a>, Text<'a>>()? {
                    labels.push((name.0, value.0));
                }
                Ok(Labels(labels))
            }
        }
        deserializer.deserialize_map(LabelsVisitor(PhantomData))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Point<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PointVisitor<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for PointVisitor<'a> {
            type Value = Point<'a>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a pair of time and value")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<Self::Value, A::Error> {
                let time = pair.next_element()?.ok_or_else(|| de::Error::invalid_length(0, &self))?;
                let text = pair.next_element()?.ok_or_else(|| de::Error::invalid_length(1, &self))?;
                while pair.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Point { time, text })
            }
        }
        deserializer.deserialize_seq(PointVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_borrows_its_labels_and_keeps_warnings() {
        let body = br#"{"status":"success","isPartial":false,"data":{"resultType":"vector","result":[
            {"metric":{"__name__":"up","path":"C:\\x"},"value":[1700000000.5,"1"]},
            {"metric":{},"value":[1,"NaN"]},{"metric":{},"value":[1,"+Inf"]},{"metric":{},"histogram":[1,{}]}]},
            "warnings":["one store is away"],"infos":["a counter?"]}"#;
        let answer: Envelope<VectorData<'_>> = parse(body).unwrap();
        let [up, nan, infinite, histogram] = &answer.data.result[..] else { panic!() };
        assert!(matches!(up.labels.0[0].1, Cow::Borrowed("up")));
        assert_eq!(up.labels.value("path"), r"C:\x");
        assert_eq!((up.time(), up.finite()), (Some(1_700_000_000.5), Some(1.0)));
        assert_eq!([nan.finite(), infinite.finite(), histogram.finite()], [None; 3]);
        assert_eq!(answer.warnings, ["one store is away"]);
        assert_eq!(answer.infos, ["a counter?"]);
    }

    #[test]
    fn half_an_answer_is_unreadable_and_says_where() {
        let body = br#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__na"#;
        insta::assert_snapshot!(parse::<VectorData<'_>>(body).unwrap_err(), @r#"Prometheus' answer cannot be read: EOF while parsing a string at line 1 column 76, in `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__na`"#);
        insta::assert_snapshot!(parse::<VectorData<'_>>(b"<html>hi</html>").unwrap_err(), @"Prometheus' answer cannot be read: expected value at line 1 column 1, in `<html>hi</html>`");
    }
}
