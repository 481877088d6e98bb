//! The exporter as its users see it: the binary, its flags and what it answers.

// It is always a test; this tells clippy that `unwrap` is fine also in what the tests share.
#![cfg(test)]

mod beside_node_exporter;
mod broken_files;
mod bus;
mod gpu;
mod http;
mod hung_mount;
mod promtool;
mod support;
mod trees;
mod web;
