//! Ends the programs that are left running when this process is gone, however it went.
//!
//! group ──a line──▶ the watchman, a shell at the other end of a pipe ──pipe closed──▶ kill
//!
//! Invariants
//! - One watchman serves all the programs of a store's runs: a program costs two lines, no process.
//! - It has a process group of its own, so that a Ctrl-C in the terminal does not reach it.
//! - A group that it ends is marked as ended first, for the next run to know when that was.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::process::SHELL;
use crate::Running;

/// Keeps the live groups as lines of group and mark; an order is such a line, or the group that has ended. A shell
/// reads byte by byte, so orders are short.
const WATCH: &str = r#"
set -f
line='
'
live=$line
while read -r group mark; do
    case $mark in
    ?*) live="$live$group $mark$line" ;;
    *)
        before=${live%%"$line$group "*}
        after=${live#*"$line$group "}
        live="$before$line${after#*"$line"}" ;;
    esac
done
IFS=$line
for entry in $live; do
    printf %s "${entry%% *}" 1<>"${entry#* }"
    kill -KILL "-${entry%% *}"
done 2>/dev/null
"#;

/// The watchman, from the first program on.
#[derive(Default)]
pub(super) struct Watchmen(Mutex<Option<Watchman>>);

struct Watchman {
    child: Child,
    orders: Option<ChildStdin>,
    /// Where it stands: marks below are named from here.
    folder: PathBuf,
}

/// A group that is watched over until this is dropped.
pub(super) struct Watched<'w> {
    watchmen: &'w Watchmen,
    group: i32,
}

impl Watchmen {
    /// Has the group watched over whose scratch folder is `scratch`.
    pub(super) fn watch(&self, scratch: &Path, group: i32) -> io::Result<Watched<'_>> {
        let mark = std::path::absolute(Running::note_file(scratch))?;
        if mark.to_str().is_none_or(|mark| mark.contains('\n')) {
            return Err(io::Error::other("the project's path is not UTF-8, or has a line break in it"));
        }
        let mut watchman = self.lock();
        let watchman = match &mut *watchman {
            Some(watchman) => watchman,
            // Marks are named from the store's folder, which stays.
            none => none.insert(Watchman::start(mark.ancestors().nth(2).unwrap_or(Path::new("/")))?),
        };
        let mark = mark.strip_prefix(&watchman.folder).unwrap_or(&mark);
        let order = format!("{group} {}\n", mark.display());
        watchman.tell(&order)?;
        Ok(Watched { watchmen: self, group })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Watchman>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let mut watchman = self.watchmen.lock();
        let told = watchman.as_mut().map(|watchman| watchman.tell(&format!("{}\n", self.group)));
        if let Some(Err(_)) = told {
            // Not knowing that this one has ended, it would end it once more.
            watchman.take().into_iter().for_each(Watchman::dismiss);
        }
    }
}

impl Watchman {
    fn start(folder: &Path) -> io::Result<Self> {
        let mut child = Command::new(SHELL)
            .args(["-c", WATCH])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let orders = child.stdin.take();
        Ok(Self { child, orders, folder: folder.to_owned() })
    }

    fn tell(&mut self, order: &str) -> io::Result<()> {
        match &mut self.orders {
            Some(orders) => orders.write_all(order.as_bytes()),
            None => Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        }
    }

    /// Ends a watchman who can't be told any more what to watch.
    fn dismiss(mut self) {
        // One that is gone already is as good.
        drop(self.child.kill());
    }
}

impl Drop for Watchman {
    fn drop(&mut self) {
        drop(self.orders.take());
        drop(self.child.wait());
    }
}
