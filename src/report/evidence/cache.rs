//! Files with values, each read once while there is room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use recount_engine::address::DataFile;
use recount_engine::digest::ObjectId;

use crate::measure::{Objects, read_data_file};

/// Bytes of text at most whose values are cached: beyond, all of them are read anew.
const MAX_CACHED_BYTES: usize = 64 << 20;

/// Objects of which the files with values are cached.
pub(super) struct CachedObjects {
    objects: Box<dyn Objects + Send + Sync>,
    cached: Mutex<CachedFiles>,
}

type ReadFile = Result<Arc<DataFile>, String>;

#[derive(Default)]
struct CachedFiles {
    /// By object and name: the name decides how a file is read.
    files: HashMap<(ObjectId, String), ReadFile>,
    bytes: usize,
}

impl CachedObjects {
    pub(super) fn of(objects: Box<dyn Objects + Send + Sync>) -> Self {
        Self { objects, cached: Mutex::default() }
    }
}

impl Objects for CachedObjects {
    fn read(&self, object: ObjectId) -> Result<Vec<u8>, String> {
        self.objects.read(object)
    }

    fn data_file(&self, name: &str, object: ObjectId) -> ReadFile {
        let at = (object, name.to_owned());
        // A panic elsewhere leaves whole entries only.
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cached.files.get(&at) {
            return known.clone();
        }
        let bytes = self.objects.read(object)?;
        let length = bytes.len();
        let file = read_data_file(name, bytes).map(Arc::new);
        if cached.bytes + length > MAX_CACHED_BYTES {
            *cached = CachedFiles::default();
        }
        cached.bytes += length;
        cached.files.insert(at, file.clone());
        file
    }
}
