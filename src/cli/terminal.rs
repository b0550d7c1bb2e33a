//! The terminal's own ways, as far as they get in the way of bars.

use std::io::stderr;

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcgetpgrp, tcsetattr};

/// Has the terminal not show `^C` where a bar is, until this is dropped: it would move the cursor, and so leave a row of
/// the bars behind.
pub struct EchoGuard;

impl EchoGuard {
    /// Begins; `None` where the terminal is not ours to change, or shows no control characters anyway.
    pub fn hide_control_characters() -> Option<Self> {
        set(false).then_some(Self)
    }
}

impl Drop for EchoGuard {
    fn drop(&mut self) {
        set(true);
    }
}

/// Says whether this changed anything.
fn set(shown: bool) -> bool {
    let terminal = stderr();
    // From the background it would stop us.
    if !tcgetpgrp(&terminal).is_ok_and(|group| group == getpgrp()) {
        return false;
    }
    let Ok(mut modes) = tcgetattr(&terminal) else { return false };
    if modes.local_modes.contains(LocalModes::ECHOCTL) == shown {
        return false;
    }
    modes.local_modes.set(LocalModes::ECHOCTL, shown);
    tcsetattr(&terminal, OptionalActions::Now, &modes).is_ok()
}
