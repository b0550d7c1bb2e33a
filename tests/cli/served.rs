//! A `recount serve` that ends with the test.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::project::Project;

pub struct Served {
    process: Child,
    /// Where it is: `http://127.0.0.1:PORT/TOKEN/`.
    pub address: String,
}

impl Served {
    pub fn start(project: &Project, args: &[&str]) -> Self {
        let mut recount = Command::new(env!("CARGO_BIN_EXE_recount"));
        recount.arg("serve").args(args).current_dir(project.path(""));
        let mut process =
            recount.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("it is piped"))
            .read_line(&mut address)
            .expect("it prints where it is");
        Self { process, address: address.trim().to_owned() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
