//! The exporter as its users see it: the binary, its flags and what it answers.

mod bus;
mod gpu;
mod http;
mod support;
mod trees;
mod web;
