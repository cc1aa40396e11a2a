//! A site on this computer, which answers as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// Path and query.
    pub path: String,
    pub range: Option<Range<u64>>,
    pub authorization: Option<String>,
    /// How many requests for this path came before.
    pub before: usize,
}

/// What is answered.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// The line goes dead after so many bytes of the body.
    pub cut: Option<usize>,
}

impl Reply {
    pub fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: body.into(), ..Self::default() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn redirect(to: impl Into<String>) -> Self {
        Self::of(302, "").with("Location", to)
    }

    /// A file, or the range of it that was asked for.
    pub fn file(bytes: &[u8], request: &Request, etag: &str) -> Self {
        let total = bytes.len() as u64;
        let reply = match &request.range {
            None => Self::of(200, bytes),
            Some(range) if range.start >= total => {
                Self::of(416, "").with("Content-Range", format!("bytes */{total}"))
            }
            Some(range) => {
                let end = range.end.min(total);
                let part = &bytes[range.start as usize..end as usize];
                let sent = format!("bytes {}-{}/{total}", range.start, end - 1);
                Self::of(206, part).with("Content-Range", sent)
            }
        };
        reply.with("ETag", format!("\"{etag}\""))
    }
}

/// A request and the bytes of the body that followed.
pub type Logged = (Request, u16, usize);

/// A site that lives as long as the program.
pub struct Site {
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
    log: Arc<Mutex<Vec<Logged>>>,
}

impl Site {
    pub fn new(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let (answer, shared) = (Arc::new(answer), log.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (answer.clone(), shared.clone());
                std::thread::spawn(move || talk(stream, &*answer, &log));
            }
        });
        Self { origin, log }
    }

    /// Everything that was asked so far.
    pub fn log(&self) -> Vec<Logged> {
        self.log.lock().expect("a log").clone()
    }

    /// How often a path was asked for.
    pub fn count(&self, path: &str) -> usize {
        self.log().iter().filter(|(request, ..)| request.path == path).count()
    }
}

/// One request on each connection.
fn talk(mut stream: TcpStream, answer: &(impl Fn(&Request) -> Reply + ?Sized), log: &Mutex<Vec<Logged>>) {
    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let header = |name: &str| {
        headers.iter().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let range = header("range").map(|text| {
        let (start, last) = text.trim_start_matches("bytes=").split_once('-').expect("a range");
        start.parse().expect("a number")..last.parse::<u64>().expect("a number") + 1
    });
    let path = first.split(' ').nth(1).expect("a path").to_owned();
    let (request, reply) = {
        let mut log = log.lock().expect("a log");
        let before = log.iter().filter(|(request, ..)| request.path == path).count();
        let request = Request { path, range, authorization: header("authorization"), before };
        let reply = answer(&request);
        log.push((request.clone(), reply.status, reply.cut.unwrap_or(reply.body.len())));
        (request, reply)
    };
    let mut head = format!(
        "HTTP/1.1 {} Reply\r\nContent-Length: {}\r\nConnection: close\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let body = &reply.body[..reply.cut.unwrap_or(reply.body.len())];
    // A client that has gone has heard enough.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.read(&mut [0; 16]);
    drop(request);
}
