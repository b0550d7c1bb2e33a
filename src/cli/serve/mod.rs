//! `recount serve`: the page of each report in a browser, made anew whenever the project changes.
//!
//! ```text
//! files ──`edits`──▶ `work`: what is stale runs, pages are made ──▶ [`View`] ──`http`──▶ browser
//! ```
//!
//! Invariants
//! - A request writes nothing and runs nothing: only an edit of the project does.
//! - The address is one of this machine alone, and has a random part that nobody else knows.

mod edits;
mod http;
mod view;
mod work;

use std::fs::File;
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use recount_engine::Cancel;
use tokio::sync::watch;

use super::arguments::ServeArguments;
use super::environment::Environment;
use super::stored::{self, Stored};
use super::{CliError, print};
use view::View;
use work::Worker;

/// Carries `recount serve` out, until Ctrl-C.
///
/// # Errors
/// A [`CliError`] without a pipeline, where the port is taken, and where files can't be watched.
pub fn serve(args: &ServeArguments, environment: Environment) -> Result<(), CliError> {
    // Mistakes are shown in a browser, which knows no colours of a terminal.
    let environment = Environment { colour: false, ..environment };
    let root = Stored::open(&args.project)?.root;
    let cancel = Cancel::default();
    stored::catch_stop(&cancel)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).map_err(|error| {
        CliError::input(format!(
            "port {} can't be used: {error}\nhelp: name another one, or leave `--port` out",
            args.port
        ))
    })?;
    let port = listener.local_addr().map_err(|error| failed(&error))?.port();
    let token = token().map_err(|error| failed(&error))?;
    // Watched before the project is read, so that no edit falls in between.
    let edits = edits::watch(&root)
        .map_err(|error| CliError::failed(format!("the project's files can't be watched: {error}")))?;
    let (sender, receiver) = watch::channel(View::default());
    print::result(&format!("http://127.0.0.1:{port}/{token}/"));
    print::note("ctrl-c ends it");
    let served = thread::scope(|scope| {
        let worker = Worker::new(args, &environment, &sender, &cancel);
        scope.spawn(move || worker.work(edits));
        let served = http::serve(listener, &http::Address { port, token }, &receiver, &cancel);
        cancel.cancel();
        served
    });
    served.map_err(|error| failed(&error))
}

fn failed(error: &std::io::Error) -> CliError {
    CliError::failed(format!("the page can't be served: {error}"))
}

/// Draws the part of the address that nobody else knows.
fn token() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
