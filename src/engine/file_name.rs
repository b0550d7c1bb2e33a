//! An instance's name, or a part of it → the name of a file or a folder.
//!
//! Invariants
//! - No two names have one file, whatever their coordinates hold.
//! - The name is one that every file system takes, and needs no quotes in a shell.

use crate::digest::Digest;

/// The longest file name that is written out, in bytes: file systems take 255.
const MAX_NAME_BYTES: usize = 200;

/// Gives the name of the file for what an instance prints: `fit[svm,seed=1]` has `fit,svm,seed=1.log`.
pub(crate) fn log_file_name(instance: &str) -> String {
    match instance.strip_suffix(']').and_then(|name| name.split_once('[')) {
        Some((stage, point)) => file_name(&format!("{stage},{point}")) + ".log",
        None => file_name(instance) + ".log",
    }
}

/// Writes out what is safe in a file's name, and everything else as its bytes; what is too long is cut.
pub(crate) fn file_name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for letter in text.chars() {
        let is_safe =
            letter.is_alphanumeric() || "_-+=,@".contains(letter) || letter == '.' && !name.is_empty();
        if is_safe {
            name.push(letter);
        } else {
            let mut buffer = [0; 4];
            name.extend(letter.encode_utf8(&mut buffer).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    if name.len() > MAX_NAME_BYTES {
        name.truncate(name.floor_char_boundary(MAX_NAME_BYTES));
        name.push('~');
        name.push_str(&Digest::of(text.as_bytes()).to_hex()[..32]);
    }
    name
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

    #[test]
    fn no_name_leads_elsewhere() {
        assert_eq!([".", "..", ".a", "2.1", "~"].map(file_name), ["%2E", "%2E.", "%2Ea", "2.1", "%7E"]);
    }
}
