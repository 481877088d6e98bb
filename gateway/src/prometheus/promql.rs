//! Every expression that we ask, by name.
