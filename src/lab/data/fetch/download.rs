//! Downloads the archive into a cache.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

use super::{Archive, FetchError};
use recount_engine::digest::Digest;

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
        let remedy = "get the archive another way, and put it into the project's `data` folder";
        self.check(&self.address, Digest::of(&content), remedy)?;
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::{BufRead as _, BufReader};
    use std::net::{TcpListener, TcpStream};
    use std::sync::mpsc;

    use super::super::ARCHIVE_NAME;
    use super::*;

    const CONTENT: &[u8] = b"the archive's bytes";

    const SHORT: Patience = Patience {
        connect: Duration::from_secs(2),
        silence: Duration::from_millis(200),
        whole: Duration::from_secs(5),
    };

    /// Answers one request on the loopback address with `answer`, and gives the address.
    fn serve(answer: impl FnOnce(TcpStream) + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a request comes");
            let mut lines = BufReader::new(&stream).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            answer(stream);
        });
        format!("http://127.0.0.1:{port}/{ARCHIVE_NAME}")
    }

    /// Answers with `status`, the length `announced` and the bytes `content`.
    fn reply(status: &'static str, announced: usize, content: &'static [u8]) -> String {
        serve(move |mut stream| {
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {announced}\r\nconnection: close\r\n\r\n");
            // The client may have hung up already, when it was told enough.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(content));
        })
    }

    fn archive(address: String) -> Archive {
        Archive {
            name: ARCHIVE_NAME.to_owned(),
            address,
            bytes: CONTENT.len() as u64,
            digest: Digest::of(CONTENT),
        }
    }

    /// Downloads from `address` and gives the error, having seen that the cache stayed empty.
    fn error_of(address: String) -> FetchError {
        let cache = tempfile::tempdir().expect("there is a temporary folder");
        let error = archive(address)
            .download(cache.path(), SHORT, &mut |_, _| {}, &|| false)
            .expect_err("the archive is not to be had");
        let left = std::fs::read_dir(cache.path()).expect("the cache is there").count();
        assert_eq!(left, 0, "after: {error}");
        error
    }

    #[test]
    fn the_archive_arrives_whole_in_a_cache_that_was_missing() {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        let cache = root.path().join("new/cache");
        let mut seen = Vec::new();
        let path = archive(reply("200 OK", CONTENT.len(), CONTENT))
            .download(&cache, SHORT, &mut |done, total| seen.push((done, total)), &|| false)
            .expect("the server sends the archive");
        assert_eq!(path, cache.join(ARCHIVE_NAME));
        assert_eq!(std::fs::read(&path).expect("it is there"), CONTENT);
        let length = CONTENT.len() as u64;
        assert_eq!(seen.last(), Some(&(length, Some(length))));
        assert_eq!(std::fs::read_dir(&cache).expect("the cache is there").count(), 1);
    }

    #[test]
    fn other_bytes_are_an_error_that_is_no_reason_to_fall_back() {
        let error = error_of(reply("200 OK", 5, b"wrong"));
        assert!(matches!(error, FetchError::WrongDigest { found, .. } if found == Digest::of(b"wrong")));
        assert!(!error.is_unavailable());
    }

    #[test]
    fn more_bytes_than_the_archive_has_are_not_taken() {
        let long = b"the archive's bytes, and more";
        assert!(matches!(error_of(reply("200 OK", long.len(), long)), FetchError::TooLarge { .. }));
        let endless = serve(|mut stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
            while stream.write_all(&[0; 4096]).is_ok() {}
        });
        assert!(matches!(error_of(endless), FetchError::TooLarge { .. }));
    }

    #[test]
    fn a_connection_that_breaks_leaves_nothing_and_allows_to_fall_back() {
        let error = error_of(reply("200 OK", CONTENT.len(), &CONTENT[..7]));
        assert!(error.is_unavailable(), "{error}");
    }

    #[test]
    fn a_missing_page_allows_to_fall_back_and_says_its_status() {
        let error = error_of(reply("404 Not Found", 4, b"gone"));
        assert!(error.is_unavailable() && error.to_string().contains("404"), "{error}");
    }

    #[test]
    fn a_refused_connection_allows_to_fall_back() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        let error = error_of(format!("http://127.0.0.1:{port}/{ARCHIVE_NAME}"));
        assert!(error.is_unavailable(), "{error}");
    }

    #[test]
    fn a_server_that_stalls_is_given_up() {
        for sent in ["", "HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\nthe arch"] {
            let (finished, waiting) = mpsc::channel::<()>();
            let address = serve(move |mut stream| {
                stream.write_all(sent.as_bytes()).expect("the client is there");
                // Ends when the test drops its end.
                let _ = waiting.recv();
            });
            let error = error_of(address);
            assert!(error.is_unavailable(), "after `{sent}`: {error}");
            drop(finished);
        }
    }

    #[test]
    fn a_request_to_stop_ends_a_download_that_has_begun() {
        let cache = tempfile::tempdir().expect("there is a temporary folder");
        let asked = Cell::new(0);
        let cancelled = || asked.replace(asked.get() + 1) > 0;
        let result = archive(reply("200 OK", CONTENT.len(), CONTENT)).download(
            cache.path(),
            SHORT,
            &mut |_, _| panic!("nothing is taken after the request to stop"),
            &cancelled,
        );
        assert!(matches!(result, Err(FetchError::Cancelled)));
        assert_eq!(std::fs::read_dir(cache.path()).expect("the cache is there").count(), 0);
    }
}
