//! The exporter as its users see it: the binary, its flags and what it answers.

mod gpu;
mod bus;
mod http;
mod support;
mod trees;
mod web;
