//! Answers a browser on this machine: the frame, the pages in it, and the view as it changes.
//!
//! | path, behind the token | is |
//! |---|---|
//! | (nothing) | the frame: what runs, what is wrong, and the page |
//! | `frame.css`, `frame.js` | its style and its script |
//! | `page/N` | the page of a report |
//! | `view?after=V` | the view as JSON, once its version is above `V` or half a minute has passed |
//!
//! Invariants
//! - Who names another host, or comes from another site, is refused before anything else: names that lead to this machine
//!   let other sites in.
//! - A connection that says nothing, and more of them than a person needs, are closed.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use recount_engine::Cancel;
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::view::View;

/// The most connections at a time.
const MAX_CONNECTIONS: usize = 64;

/// How long a browser waits for a change before it asks again.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// How long a request may take to be sent.
const MAX_REQUEST_TIME: Duration = Duration::from_secs(10);

/// The longest head of a request, in bytes.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// How often it is looked whether to stop.
const STOP_INTERVAL: Duration = Duration::from_millis(100);

/// The frame.
const FRAME: &str = include_str!("frame.html");

/// What the frame may do: its own style and script, what this server answers, nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

type Answer = Response<Full<Bytes>>;

/// Where the server is.
pub struct Address {
    pub port: u16,
    /// The part of every path that nobody else knows.
    pub token: String,
}

/// Answers requests until it is time to stop.
///
/// # Errors
/// What the system says of the socket.
pub fn serve(
    listener: TcpListener,
    address: &Address,
    view: &watch::Receiver<View>,
    cancel: &Cancel,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let site = Arc::new(Site {
            hosts: ["127.0.0.1", "localhost"].map(|host| format!("{host}:{}", address.port)),
            prefix: format!("/{}/", address.token),
        });
        while !cancel.is_cancelled() {
            let Ok(accepted) = timeout(STOP_INTERVAL, listener.accept()).await else { continue };
            let (Ok((stream, _)), Ok(slot)) = (accepted, Arc::clone(&slots).try_acquire_owned()) else {
                sleep(STOP_INTERVAL).await;
                continue;
            };
            let (site, view) = (Arc::clone(&site), view.clone());
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let (site, view) = (Arc::clone(&site), view.clone());
                    async move { Ok::<_, Infallible>(site.answer(&request, view).await) }
                });
                let mut server = http1::Builder::new();
                server
                    .timer(TokioTimer::new())
                    .header_read_timeout(MAX_REQUEST_TIME)
                    .max_buf_size(MAX_HEAD_BYTES);
                // A browser that goes away is no failure.
                drop(server.serve_connection(TokioIo::new(stream), service).await);
                drop(slot);
            });
        }
        Ok(())
    })
}

/// What is served, and under which names.
struct Site {
    hosts: [String; 2],
    prefix: String,
}

impl Site {
    async fn answer(&self, request: &Request<Incoming>, mut view: watch::Receiver<View>) -> Answer {
        if !self.is_own(request.headers()) {
            return plain(
                StatusCode::FORBIDDEN,
                "this page is for browsers on the machine that it is served from",
            );
        }
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "a request changes nothing here");
        }
        let path = request.uri().path().strip_prefix(self.prefix.as_str());
        match path {
            Some("") => with(StatusCode::OK, "text/html; charset=utf-8", POLICY, FRAME),
            Some("frame.css") => {
                with(StatusCode::OK, "text/css; charset=utf-8", POLICY, include_str!("frame.css"))
            }
            Some("frame.js") => {
                with(StatusCode::OK, "text/javascript; charset=utf-8", POLICY, include_str!("frame.js"))
            }
            Some("view") => {
                let query = request.uri().query().unwrap_or_default();
                let after: u64 =
                    query.strip_prefix("after=").and_then(|after| after.parse().ok()).unwrap_or(0);
                drop(timeout(MAX_WAIT, view.wait_for(|view| view.version > after)).await);
                let json = serde_json::to_string(&*view.borrow()).unwrap_or_default();
                with(StatusCode::OK, "application/json", POLICY, json)
            }
            Some(path) => match path.strip_prefix("page/").and_then(|number| number.parse::<usize>().ok()) {
                Some(number) => match view.borrow().reports.get(number) {
                    // The page has a policy of its own, which is stricter.
                    Some(report) => with(
                        StatusCode::OK,
                        "text/html; charset=utf-8",
                        "frame-ancestors 'self'",
                        report.page.to_string(),
                    ),
                    None => plain(StatusCode::NOT_FOUND, "there is no such report"),
                },
                None => plain(StatusCode::NOT_FOUND, "there is nothing here"),
            },
            None => plain(
                StatusCode::NOT_FOUND,
                "there is nothing here: the address is the one that `recount serve` printed",
            ),
        }
    }

    /// Says whether a request names this server, and comes from none but its own pages or a person.
    fn is_own(&self, headers: &HeaderMap) -> bool {
        let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let is_ours = |host: &str| self.hosts.iter().any(|own| own == host);
        let from = HeaderName::from_static("sec-fetch-site");
        text(&header::HOST).is_some_and(is_ours)
            && text(&header::ORIGIN).is_none_or(|origin| origin.strip_prefix("http://").is_some_and(is_ours))
            && text(&from).is_none_or(|site| ["same-origin", "none"].contains(&site))
    }
}

fn plain(status: StatusCode, text: &'static str) -> Answer {
    with(status, "text/plain; charset=utf-8", POLICY, text)
}

fn with(status: StatusCode, kind: &'static str, policy: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
