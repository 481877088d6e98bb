//! The samples of a vector, one at a time: those of a large fleet never all stand in memory.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Error, Sample, unreadable};

/// The body of an answer whose `data` is a vector. Empty: a question that was not asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Samples<'a>(&'a [u8]);

impl<'a> Samples<'a> {
    pub fn new(body: &'a [u8]) -> Self {
        Self(body)
    }

    /// Hands over every sample, in order, and returns the answer's warnings. After an error some were handed over already.
    pub fn each(self, mut visit: impl FnMut(Sample<'a>)) -> Result<Vec<String>, Error> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let mut warnings = Vec::new();
        let mut deserializer = serde_json::Deserializer::from_slice(self.0);
        let envelope = Envelope { visit: &mut visit, warnings: &mut warnings, body: PhantomData };
        let read = envelope.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        read.map_err(|error| unreadable(&error, self.0))?;
        Ok(warnings)
    }
}

/// `{"status":…,"data":…,"warnings":[…]}`.
struct Envelope<'v, 'a, F> {
    visit: &'v mut F,
    warnings: &'v mut Vec<String>,
    body: PhantomData<&'a [u8]>,
}

/// `{"resultType":"vector","result":[…]}`.
struct Data<'v, 'a, F>(&'v mut F, PhantomData<&'a [u8]>);

/// `[{"metric":{…},"value":[…]},…]`.
struct Vector<'v, 'a, F>(&'v mut F, PhantomData<&'a [u8]>);

impl<'de: 'a, 'a, F: FnMut(Sample<'a>)> DeserializeSeed<'de> for Envelope<'_, 'a, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a, F: FnMut(Sample<'a>)> Visitor<'de> for Envelope<'_, 'a, F> {
    type Value = ();
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an answer of Prometheus")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut has_data = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "data" => {
                    map.next_value_seed(Data(self.visit, PhantomData))?;
                    has_data = true;
                }
                "warnings" => *self.warnings = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if has_data { Ok(()) } else { Err(A::Error::missing_field("data")) }
    }
}

impl<'de: 'a, 'a, F: FnMut(Sample<'a>)> DeserializeSeed<'de> for Data<'_, 'a, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a, F: FnMut(Sample<'a>)> Visitor<'de> for Data<'_, 'a, F> {
    type Value = ();
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a vector")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut has_result = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "result" => {
                    map.next_value_seed(Vector(self.0, PhantomData))?;
                    has_result = true;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if has_result { Ok(()) } else { Err(A::Error::missing_field("result")) }
    }
}

impl<'de: 'a, 'a, F: FnMut(Sample<'a>)> DeserializeSeed<'de> for Vector<'_, 'a, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de: 'a, 'a, F: FnMut(Sample<'a>)> Visitor<'de> for Vector<'_, 'a, F> {
    type Value = ();
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of samples")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut samples: A) -> Result<(), A::Error> {
        while let Some(sample) = samples.next_element::<Sample<'a>>()? {
            (self.0)(sample);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<(Vec<Option<f64>>, Vec<String>), Error> {
        let mut values = Vec::new();
        let warnings = Samples::new(body.as_bytes()).each(|sample| values.push(sample.finite()))?;
        Ok((values, warnings))
    }

    #[test]
    fn samples_come_in_order_with_the_warnings_wherever_they_stand() {
        let body = r#"{"warnings":["one store is away"],"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"a":"1"},"value":[1,"2"]},{"metric":{},"value":[1,"NaN"]}]},"infos":[]}"#;
        assert_eq!(read(body).unwrap(), (vec![Some(2.0), None], vec!["one store is away".to_owned()]));
        assert_eq!(read("").unwrap(), (vec![], vec![]));
    }

    #[test]
    fn what_is_no_vector_is_unreadable() {
        for body in [
            "<html>",
            r#"{"status":"success"}"#,
            r#"{"status":"success","data":{}}"#,
            r#"{"status":"success","data":{"result":{}}}"#,
            r#"{"status":"success","data":{"result":[{"metric":{},"value":[1,"2"]},"#,
            r#"{"status":"success","data":{"result":[]}} and more"#,
        ] {
            assert!(matches!(read(body), Err(Error::Unreadable(_))), "{body}");
        }
    }
}
