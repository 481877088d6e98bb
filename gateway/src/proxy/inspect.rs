//! What an answer says about itself, without looking at its data; checks on the way that it is one whole JSON object.

use crate::cache::json::{Cursor, Malformed};

/// The outside of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) success: bool,
    /// A part of the data is missing, and upstream knows it.
    pub(crate) partial: bool,
    /// It carries warnings that are not about the query alone: a store that is down, for one.
    pub(crate) warned: bool,
    /// The error is in the query itself, whatever the time it is evaluated at.
    pub(crate) query_error: bool,
}

pub(crate) fn inspect(body: &[u8]) -> Result<Facts, Malformed> {
    let mut facts = Facts { success: false, partial: false, warned: false, query_error: false };
    let mut status = false;
    let mut cursor = Cursor::new(body);
    cursor.object::<Malformed>(|cursor, key| {
        let range = cursor.skip()?;
        let value = &cursor.text[range];
        match key {
            b"status" => {
                status = true;
                facts.success = value == br#""success""#;
            }
            b"isPartial" => facts.partial = value != b"false",
            b"warnings" | b"infos" => facts.warned |= !are_about_the_query(value),
            // Prometheus' words for `query` and for `query_range`.
            b"error" => {
                facts.query_error = value.starts_with(br#""invalid parameter \"query\""#)
                    || memchr::memmem::find(value, b": parse error: ").is_some();
            }
            _ => {}
        }
        Ok(())
    })?;
    cursor.end()?;
    if status { Ok(facts) } else { cursor.fail("a status") }
}

/// Prometheus 3 annotates what is odd about a query. Whoever asks the same again is told the same again.
fn are_about_the_query(list: &[u8]) -> bool {
    match serde_json::from_slice::<Option<Vec<String>>>(list) {
        Ok(list) => list.unwrap_or_default().iter().all(|text| text.starts_with("PromQL ")),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: Facts = Facts { success: true, partial: false, warned: false, query_error: false };

    fn inspected(text: &str) -> Result<Facts, Malformed> {
        inspect(text.as_bytes())
    }

    #[test]
    fn an_answer_says_whether_it_is_whole() {
        assert_eq!(inspected(r#"{"status":"success","data":[]}"#), Ok(SOUND));
        assert_eq!(
            inspected(r#"{"status":"success","isPartial":true,"data":[]}"#),
            Ok(Facts { partial: true, ..SOUND })
        );
        assert_eq!(
            inspected(r#"{"status":"success","data":[],"warnings":["a store is down"]}"#),
            Ok(Facts { warned: true, ..SOUND })
        );
        assert_eq!(
            inspected(r#"{"status":"success","data":[],"infos":["PromQL info: x (1:1)"],"warnings":null}"#),
            Ok(SOUND)
        );
        let error =
            r#"{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error"}"#;
        assert_eq!(inspected(error), Ok(Facts { success: false, query_error: true, ..SOUND }));
        let error =
            r#"{"status":"error","errorType":"bad_data","error":"1:5: parse error: unclosed left parenthesis"}"#;
        assert_eq!(inspected(error), Ok(Facts { success: false, query_error: true, ..SOUND }));
    }

    #[test]
    fn what_is_not_an_answer_is_malformed() {
        for text in
            ["", "<html>", "{}", "[]", r#"{"status":"success","data":["#, r#"{"status":"success"}x"#, "\u{1f}\u{8b}"]
        {
            assert!(inspected(text).is_err(), "{text}");
        }
    }
}
