//! Outputs with every field of theirs: the snapshot's format names none, and leaves none out.

use serde::{Deserialize, Deserializer, Serializer};

use crate::digest::ObjectId;
use crate::store::RecordedOutput;

type OutputFields<T> = (T, ObjectId, bool, Option<u32>);

pub(super) fn serialize<S: Serializer>(outputs: &[RecordedOutput], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(outputs.iter().map(|it| (it.name.as_str(), it.object, it.executable, it.mode)))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<RecordedOutput>, D::Error> {
    let output = |(name, object, executable, mode)| RecordedOutput { name, object, executable, mode };
    Ok(Vec::<OutputFields<String>>::deserialize(deserializer)?.into_iter().map(output).collect())
}
