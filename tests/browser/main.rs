//! Pages in a real browser: every number answers, tables sort and filter, nothing is asked of the network.

mod browser;
mod page;
mod picture;
#[path = "../cli/project.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod project;
mod serve;
#[path = "../cli/served.rs"]
mod served;
