//! Downloads the archive into a cache.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

use super::{Archive, FetchError};
use crate::digest::Digest;

/// Bytes that are read between two looks at whether to stop.
const CHUNK: usize = 64 << 10;

/// How long a download may keep a person waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the name to be resolved, and again for the connection to stand.
    pub connect: Duration,
    /// For the next bytes to come.
    pub silence: Duration,
    /// For the whole download.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            silence: Duration::from_secs(10),
            whole: Duration::from_secs(300),
        }
    }
}

impl Archive {
    /// Downloads the archive into the folder `cache`, which is made if it is missing, and gives its path.
    ///
    /// `progress` is told the bytes that came and, where the server says so, the bytes to come in all;
    /// `cancelled` is asked at least once for every [`Patience::silence`].
    ///
    /// # Errors
    /// [`FetchError::Unreachable`] when the address sends nothing, too little or too slowly;
    /// [`FetchError::WrongDigest`] and [`FetchError::TooLarge`] when it sends something else;
    /// [`FetchError::File`] when the cache can't be written; [`FetchError::Cancelled`] on request.
    pub fn download(
        &self,
        cache: &Path,
        patience: Patience,
        progress: &mut dyn FnMut(u64, Option<u64>),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<PathBuf, FetchError> {
        if cancelled() {
            return Err(FetchError::Cancelled);
        }
        let content = self.request(patience, progress, cancelled)?;
        self.check(&self.address, Digest::of(&content))?;
        let path = cache.join(&self.name);
        keep(cache, &path, &content).map_err(|source| FetchError::File {
            path: path.display().to_string(),
            done: "written",
            source,
        })?;
        Ok(path)
    }

    fn request(
        &self,
        patience: Patience,
        progress: &mut dyn FnMut(u64, Option<u64>),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Vec<u8>, FetchError> {
        let unreachable = |reason: String| FetchError::Unreachable { address: self.address.clone(), reason };
        let too_large = || FetchError::TooLarge { address: self.address.clone(), expected: self.bytes };
        let mut response = agent(&self.address, patience)
            .get(&self.address)
            .call()
            .map_err(|error| unreachable(error.to_string()))?;
        let total = response.body().content_length();
        if total.is_some_and(|total| total > self.bytes) {
            return Err(too_large());
        }
        let mut reader = response.body_mut().as_reader();
        let mut content = Vec::new();
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = reader.read(&mut chunk).map_err(|error| unreachable(error.to_string()))?;
            if cancelled() {
                return Err(FetchError::Cancelled);
            }
            if count == 0 {
                return Ok(content);
            }
            content.extend_from_slice(&chunk[..count]);
            let done = content.len() as u64;
            if done > self.bytes {
                return Err(too_large());
            }
            progress(done, total);
        }
    }
}

fn agent(address: &str, patience: Patience) -> ureq::Agent {
    let mut config = ureq::Agent::config_builder()
        .timeout_resolve(Some(patience.connect))
        .timeout_connect(Some(patience.connect))
        .timeout_recv_response(Some(patience.silence))
        .timeout_per_read(Some(patience.silence))
        .timeout_global(Some(patience.whole));
    if address.starts_with("http://127.0.0.1") {
        // A proxy would look for this machine's loopback on its own.
        config = config.proxy(None);
    }
    config.build().new_agent()
}

/// Writes `content` to `path` in `folder`, whole or not at all.
fn keep(folder: &Path, path: &Path, content: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
