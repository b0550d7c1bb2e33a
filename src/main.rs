//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(feature = "lab")]
    let kinds = recount::program::open;
    #[cfg(not(feature = "lab"))]
    let kinds = recount_cli::no_kinds;
    recount_cli::main(kinds)
}
