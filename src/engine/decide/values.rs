//! Values inside files of the project, as instances read them: leaf by leaf, each file once a run.
//!
//! Invariant: a value is taken from the very bytes that its file's digest is of.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use crate::address::{Address, DataFile, leaves};
use crate::diagnostic::{Diagnostics, Source};
use crate::digest::Digest;
use crate::folder::open_through_links;
use crate::kind::Failure;
use crate::spec::{Parameters, Value};
use crate::store::Store;

/// The largest file that values are taken from, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// What a file holds, or why that can't be read.
type Document = Arc<Result<DataFile, Failure>>;

/// The files that values are taken from.
#[derive(Default)]
pub(crate) struct ValueDocuments(Mutex<HashMap<(String, Digest), Document>>);

impl ValueDocuments {
    /// Adds the leaves of a value in a file whose digest is known.
    pub(crate) fn read(
        &self,
        store: &Store,
        address: &Address,
        digest: Digest,
        values: &mut Parameters,
    ) -> Result<(), Failure> {
        let key = (address.file.clone(), digest);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let document = known.unwrap_or_else(|| {
            let document = Arc::new(parse(store, address, digest));
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&document));
            document
        });
        let file = document.as_ref().as_ref().map_err(Failure::clone)?;
        let mut mistakes = Diagnostics::default();
        match file.find(address) {
            Ok(node) => {
                for leaf in leaves(&address.to_string(), &node, &mut mistakes) {
                    let (name, value) = match leaf.value {
                        Some(value) => (leaf.name, value),
                        None => (leaf.name + " is null", Value::Bool(true)),
                    };
                    values.insert(name, value);
                }
            }
            Err(mistake) => mistakes.add(mistake),
        }
        if mistakes.is_empty() { Ok(()) } else { Err(refused(address, &mistakes)) }
    }
}

fn parse(store: &Store, address: &Address, digest: Digest) -> Result<DataFile, Failure> {
    let unreadable = |error: &io::Error| Failure::new(format!("input `{address}` can't be read: {error}"));
    let mut bytes = Vec::new();
    open_through_links(&store.project().path_of(&address.file))
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("input `{address}` is in a file of more than {} MiB", MAX_BYTES >> 20);
        return Err(
            Failure::new(message).with_help("name the whole file, or move the value to a smaller one")
        );
    }
    if Digest::of(&bytes) != digest {
        return Err(unreadable(&io::Error::other("it has changed since it was hashed")));
    }
    let text =
        String::from_utf8(bytes).map_err(|_| Failure::new(format!("`{}` is not UTF-8", address.file)))?;
    DataFile::read(&Source::file(&address.file, text), address.format)
        .map_err(|mistakes| refused(address, &mistakes))
}

fn refused(address: &Address, mistakes: &Diagnostics) -> Failure {
    Failure::new(format!("input `{address}` can't be read\n{}", mistakes.render(false).trim_end()))
}
