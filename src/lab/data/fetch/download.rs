//! Downloads an archive into a cache.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::{ArchiveSource, FetchError};
use recount_engine::digest::Digest;

/// Bytes that are read between two looks at whether to stop.
const CHUNK: usize = 64 << 10;

/// The most that is read of an archive, from a file or the network, in bytes: a hundred times the smart watch's.
pub const MAX_ARCHIVE_BYTES: u64 = 256 << 20;

/// How long a download may keep a person waiting, and how much it may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DownloadLimits {
    /// For the name to be resolved, and again for the connection to stand.
    pub connect: Duration,
    /// For the next bytes to come.
    pub silence: Duration,
    /// For the whole download.
    pub whole: Duration,
    /// How many bytes are taken.
    pub bytes: u64,
}

impl Default for DownloadLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            silence: Duration::from_secs(10),
            whole: Duration::from_secs(300),
            bytes: MAX_ARCHIVE_BYTES,
        }
    }
}

impl ArchiveSource {
    /// Downloads the archive into the folder `cache`, which is made if it is missing, and gives its path.
    ///
    /// `progress` is told the bytes that came and, where the server says so, the bytes to come in all;
    /// `cancelled` is asked at least once for every [`DownloadLimits::silence`].
    ///
    /// # Errors
    /// [`FetchError::Unreachable`] when the address sends nothing, too little or too slowly;
    /// [`FetchError::WrongDigest`] and [`FetchError::TooLarge`] when it sends something else;
    /// [`FetchError::File`] when the cache can't be written; [`FetchError::Cancelled`] on request.
    pub fn download(
        &self,
        cache: &Path,
        limits: DownloadLimits,
        progress: &mut dyn FnMut(u64, Option<u64>),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<PathBuf, FetchError> {
        if cancelled() {
            return Err(FetchError::Cancelled);
        }
        let content = self.request(limits, progress, cancelled)?;
        let remedy = "get the archive another way, and put it into the project's `data` folder";
        self.check(&self.url, Digest::of(&content), remedy)?;
        let folder = self.cache_folder(cache);
        let path = folder.join(self.file_name());
        keep(&folder, &path, &content).map_err(|source| FetchError::File {
            path: path.display().to_string(),
            done: "written",
            source,
        })?;
        Ok(path)
    }

    fn request(
        &self,
        limits: DownloadLimits,
        progress: &mut dyn FnMut(u64, Option<u64>),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Vec<u8>, FetchError> {
        let unreachable = |reason: String| FetchError::Unreachable { address: self.url.clone(), reason };
        let too_large = || FetchError::TooLarge { place: self.url.clone(), most: limits.bytes };
        let mut response =
            agent(&self.url, limits).get(&self.url).call().map_err(|error| unreachable(error.to_string()))?;
        let total = response.body().content_length();
        if total.is_some_and(|total| total > limits.bytes) {
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
            if done > limits.bytes {
                return Err(too_large());
            }
            progress(done, total);
        }
    }
}

fn agent(address: &str, limits: DownloadLimits) -> ureq::Agent {
    let mut config = ureq::Agent::config_builder()
        .timeout_resolve(Some(limits.connect))
        .timeout_connect(Some(limits.connect))
        .timeout_recv_response(Some(limits.silence))
        .timeout_per_read(Some(limits.silence))
        .timeout_global(Some(limits.whole));
    if address.starts_with("https:") {
        config = config.tls_config(TlsConfig::builder().root_certs(root_certificates()).build());
    }
    if address.starts_with("http://127.0.0.1") {
        // A proxy would look for this machine's loopback on its own.
        config = config.proxy(None);
    }
    config.build().new_agent()
}

/// Gives the certificates that are trusted: Mozilla's, and the platform's, among which a company's own may be.
///
/// A platform without any, or with some that can't be read, leaves the others.
fn root_certificates() -> RootCerts {
    let platform = rustls_native_certs::load_native_certs().certs;
    let all = platform.iter().chain(webpki_root_certs::TLS_SERVER_ROOT_CERTS);
    let owned: Vec<_> = all.map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    RootCerts::from(owned.into_iter())
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

    use super::*;

    const NAME: &str = "gestures-dataset.zip";

    const CONTENT: &[u8] = b"the archive's bytes";

    const SHORT: DownloadLimits = DownloadLimits {
        connect: Duration::from_secs(2),
        silence: Duration::from_millis(200),
        whole: Duration::from_secs(5),
        bytes: CONTENT.len() as u64,
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
        format!("http://127.0.0.1:{port}/{NAME}")
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

    fn archive(url: String) -> ArchiveSource {
        ArchiveSource { url, sha256: Digest::of(CONTENT) }
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
        assert_eq!(path, cache.join(Digest::of(CONTENT).to_hex()).join(NAME));
        assert_eq!(std::fs::read(&path).expect("it is there"), CONTENT);
        let length = CONTENT.len() as u64;
        assert_eq!(seen.last(), Some(&(length, Some(length))));
        let folder = path.parent().expect("it is in a folder");
        assert_eq!(std::fs::read_dir(folder).expect("it is there").count(), 1);
    }

    #[test]
    fn other_bytes_are_an_error_that_is_no_reason_to_fall_back() {
        let error = error_of(reply("200 OK", 5, b"wrong"));
        assert!(matches!(error, FetchError::WrongDigest { found, .. } if found == Digest::of(b"wrong")));
        assert!(!error.is_unavailable());
    }

    #[test]
    fn more_bytes_than_the_limit_are_not_taken() {
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
        let error = error_of(format!("http://127.0.0.1:{port}/{NAME}"));
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
