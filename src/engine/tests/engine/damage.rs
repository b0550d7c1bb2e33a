//! Damage to a file of the store, behind the store's back: as by a failing disk, or a person with rights.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::random::Random;

/// Flips a bit of a file, cuts it, lengthens it, or removes it; its time is put back half of the times.
pub fn damage(path: &Path, random: &mut Random) {
    let mut bytes = fs::read(path).expect("what should be there is there");
    let time = fs::metadata(path).and_then(|metadata| metadata.modified()).expect("it has a time");
    let at = random.below(u32::try_from(bytes.len().max(1)).expect("it is small")) as usize;
    match random.below(4) {
        0 => return fs::remove_file(path).expect("the file is ours"),
        1 if !bytes.is_empty() => bytes.truncate(at),
        2 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
        _ => bytes.push(b'!'),
    }
    fs::set_permissions(path, Permissions::from_mode(0o644)).expect("the file is ours");
    fs::write(path, bytes).expect("the file is ours");
    if random.below(2) == 0 {
        let file = File::options().append(true).open(path);
        file.and_then(|file| file.set_modified(time)).expect("the file is ours");
    }
}
