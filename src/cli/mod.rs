//! (cli: to come)
