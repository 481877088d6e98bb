//! Query parameters: each is asked for by name, and what nobody asked for is refused.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::RangeInclusive;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// More cannot be meant.
const MAX_PARAMETERS: usize = 20;

/// The parameters of one request that were not taken yet.
#[derive(Debug)]
pub struct Params<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Params<'a> {
    pub fn parse(query: Option<&'a str>) -> Result<Self, ApiError> {
        let pairs: Vec<_> = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).collect();
        if pairs.len() > MAX_PARAMETERS {
            let message = format!("there are {} parameters; allowed: at most {MAX_PARAMETERS}", pairs.len());
            return Err(ApiError::BadRequest { parameter: "", message });
        }
        Ok(Self(pairs))
    }

    /// The parameter's text, if it was given; one that was given twice is refused.
    pub fn take(&mut self, name: &'static str) -> Result<Option<String>, ApiError> {
        let Some(at) = self.0.iter().position(|(key, _)| key == name) else { return Ok(None) };
        let (_, value) = self.0.swap_remove(at);
        if self.0.iter().any(|(key, _)| key == name) {
            return Err(refused(name, format!("`{name}` is given twice; allowed: once")));
        }
        Ok(Some(value.into_owned()))
    }

    /// A whole number within `allowed`.
    pub fn take_number(
        &mut self,
        name: &'static str,
        allowed: RangeInclusive<usize>,
    ) -> Result<Option<usize>, ApiError> {
        let Some(text) = self.take(name)? else { return Ok(None) };
        let number = text.parse().ok().filter(|number| allowed.contains(number));
        let range = || match *allowed.end() {
            usize::MAX => format!("a whole number from {}", allowed.start()),
            end => format!("a whole number from {} to {end}", allowed.start()),
        };
        number.map(Some).ok_or_else(|| not_allowed(name, &text, range()))
    }

    /// Refuses what is left.
    pub fn finish(self) -> Result<(), ApiError> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(ApiError::BadRequest {
                parameter: "",
                message: format!("there is no parameter `{}`", shorten(&name)),
            }),
        }
    }
}

/// The parts of a path; what cannot be read is refused in the API's own shape.
pub struct PathParams<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathParams<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(parts)| Self(parts)).map_err(|error: PathRejection| refused("", error.body_text()))
    }
}

/// `message` says what is wrong with the parameter.
pub fn refused(parameter: &'static str, message: String) -> ApiError {
    ApiError::BadRequest { parameter, message }
}

pub fn not_allowed(parameter: &'static str, value: &str, allowed: impl Display) -> ApiError {
    refused(parameter, format!("`{parameter}` is `{}`; allowed: {allowed}", shorten(value)))
}

/// As much of what a client sent as an error repeats.
pub fn shorten(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(100) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
