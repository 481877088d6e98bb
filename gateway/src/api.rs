//! The JSON API: a file per resource.

pub mod alerts;
pub mod gpus;
pub mod health;
pub mod live;
pub mod map;
pub mod openapi;
pub mod overview;
pub mod panels;
pub mod servers;
