//! A run whose outputs are measured, and where their bytes come from.

use std::sync::Arc;

use recount_engine::address::DataFile;
use recount_engine::digest::{Key, ObjectId};

use super::data_file::read_data_file;

/// Coordinates by name, in the order of a stage's `each`.
pub type Coordinates = Vec<(String, String)>;

/// One instance, and what its last run left.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The instance's name, such as `fit[svm,seed=1]`.
    pub instance: String,
    /// Its coordinates by name, in the order of the stage's `each`.
    pub coordinates: Coordinates,
    /// What it left; `None` where it has not run.
    pub left: Option<Left>,
}

impl Run {
    /// Gives the key of what it left; `None` where it has not run.
    pub fn key(&self) -> Option<Key> {
        self.left.as_ref().map(|left| left.key)
    }

    /// Gives the value of a coordinate.
    pub fn coordinate(&self, name: &str) -> Option<&str> {
        self.coordinates.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// What a run left.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    /// Its key; equal keys are one experiment.
    pub key: Key,
    /// Its outputs by name.
    pub outputs: Vec<(String, ObjectId)>,
}

/// Gives the bytes of outputs.
pub trait Objects {
    /// Reads an object.
    ///
    /// # Errors
    /// Why it can't be had, in a few words: "nothing has it any more".
    fn read(&self, object: ObjectId) -> Result<Vec<u8>, String>;

    /// Reads an output as a file with values; who is asked for the same one often may keep it.
    ///
    /// # Errors
    /// Why it can't be read, in a few words.
    fn data_file(&self, name: &str, object: ObjectId) -> Result<Arc<DataFile>, String> {
        read_data_file(name, self.read(object)?).map(Arc::new)
    }
}
