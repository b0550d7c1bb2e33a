//! An instance's name → the name of the file for what it prints.
//!
//! Invariants
//! - No two instances have one file, whatever their coordinates hold.
//! - The name is one that every file system takes, and needs no quotes in a shell.

use crate::digest::Digest;

/// The longest file name that is written out, in bytes: file systems take 255.
const MAX_NAME_BYTES: usize = 200;

/// Gives the name of the file for what an instance prints: `fit[svm,seed=1]` has `fit,svm,seed=1.log`.
pub(crate) fn log_file_name(instance: &str) -> String {
    let (stage, point) = match instance.strip_suffix(']').and_then(|name| name.split_once('[')) {
        Some((stage, point)) => (stage, Some(point)),
        None => (instance, None),
    };
    let mut name = String::with_capacity(instance.len() + 4);
    escape(stage, &mut name);
    if let Some(point) = point {
        name.push(',');
        escape(point, &mut name);
    }
    if name.len() > MAX_NAME_BYTES {
        let digest = Digest::of(instance.as_bytes()).to_hex();
        let end = (0..=MAX_NAME_BYTES).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
        name.truncate(end);
        name.push('~');
        name.push_str(&digest[..32]);
    }
    name + ".log"
}

/// Writes out what is safe in a file's name, and everything else as its bytes.
fn escape(text: &str, name: &mut String) {
    for letter in text.chars() {
        if letter.is_alphanumeric() || "_-+=,.@".contains(letter) {
            name.push(letter);
        } else {
            let mut buffer = [0; 4];
            name.extend(letter.encode_utf8(&mut buffer).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_instances_share_a_log() {
        assert_eq!(log_file_name("fit"), "fit.log");
        assert_eq!(log_file_name("fit[svm,seed=1]"), "fit,svm,seed=1.log");
        assert_eq!(log_file_name("fit[path=a/b]"), "fit,path=a%2Fb.log");
        assert_eq!(log_file_name("fit[path=a_b]"), "fit,path=a_b.log");
        assert_eq!(log_file_name("fit[path=a%2Fb]"), "fit,path=a%252Fb.log");
        assert_eq!(log_file_name("fit[name=Größe 5]"), "fit,name=Größe%205.log");
        let [one, other] =
            ["a", "b"].map(|end| log_file_name(&format!("fit[word={}{end}]", "x".repeat(300))));
        assert_ne!(one, other);
        assert!(one.len() <= 255 && one.starts_with("fit,word=xxx"), "{one}");
        assert!(log_file_name(&format!("fit[word={}]", "语".repeat(300))).len() <= 255);
    }
}
