//! The texts that stages name, such as templates: read while a pipeline is loaded, so that their mistakes are reported with its.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Source;
use crate::folder::read_through_links;
use crate::project_path::ProjectPath;

/// The largest text that is read, in bytes.
const MAX_TEXT_BYTES: u64 = 16 << 20;

/// The texts of a project, each read once.
pub struct ProjectTexts<'r> {
    root: &'r Path,
    read: RefCell<HashMap<String, Result<Arc<Source>, String>>>,
}

impl<'r> ProjectTexts<'r> {
    /// Reads nothing yet.
    pub fn of(root: &'r Path) -> Self {
        Self { root, read: RefCell::default() }
    }

    /// Reads a text by its path below the project's folder, through links.
    ///
    /// # Errors
    /// Why it can't be had, in a few words: "it is not there".
    pub fn read(&self, path: &str) -> Result<Arc<Source>, String> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let text = self.read_text(path);
        self.read.borrow_mut().insert(path.to_owned(), text.clone());
        text
    }

    fn read_text(&self, path: &str) -> Result<Arc<Source>, String> {
        let path = ProjectPath::parse(path).map_err(|fault| fault.what.to_string())?;
        let bytes = read_through_links(&self.root.join(path.as_str()), MAX_TEXT_BYTES);
        let bytes = bytes.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "it is not there".to_owned(),
            _ => error.to_string(),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| "it is no text in UTF-8".to_owned())?;
        Ok(Source::file(path.as_str(), text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_once_and_what_is_none_says_why() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(name), bytes).expect("there is room");
        };
        write("report.md", b"first");
        write("picture.md", b"\xff");
        let texts = ProjectTexts::of(folder.path());
        let read = |path: &str| texts.read(path).map(|source| source.text().to_owned());
        assert_eq!(read("report.md"), Ok("first".to_owned()));
        write("report.md", b"second");
        assert_eq!(read("report.md"), Ok("first".to_owned()));
        assert_eq!(read("picture.md"), Err("it is no text in UTF-8".to_owned()));
        assert_eq!(read("other.md"), Err("it is not there".to_owned()));
        assert_eq!(read("../outside.md"), Err("leaves its folder by `..`".to_owned()));
        assert_eq!(read("."), Err("it is a folder".to_owned()));
    }
}
