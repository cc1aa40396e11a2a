//! Requests: ranges, redirects, and trying again where that may help.

use std::io::{self, Read};
use std::ops::Range;
use std::time::Duration;

use neuromfa::remote::{RemoteProblem, is_loopback, origin_of, redirected};
use ureq::http::HeaderMap;
use ureq::{Agent, Body};

use super::AT_A_TIME;

const MOST_REDIRECTS: usize = 10;
/// How often a request is made, if the site does not answer as it should.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// A site that wants to be left alone for longer is believed.
const LONGEST_WAIT_SECONDS: u64 = 60;
/// A site that says nothing for so long is asked again.
const SILENCE: Duration = Duration::from_secs(30);
/// Of a site without ranges, files up to this length are read whole: indices, `config.json`.
pub const SHORT_BYTES: u64 = 1 << 20;

/// Asks other sites.
pub struct Client {
    agent: Agent,
    token: Option<Token>,
}

/// What the user may read, and where.
struct Token {
    origin: String,
    secret: String,
}

/// What a site tells of the state of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tag {
    pub etag: Option<String>,
    pub modified: Option<String>,
    /// Length of the whole file.
    pub bytes: Option<u64>,
}

impl Tag {
    /// Whether two answers are of different contents, by whatever both tell.
    pub fn differs(&self, other: &Self) -> bool {
        let strong = |tag: &Self| tag.etag.as_ref().map(|tag| tag.trim_start_matches("W/").to_owned());
        if unlike(&self.bytes, &other.bytes) || unlike(&strong(self), &strong(other)) {
            return true;
        }
        let both = self.etag.is_some() && other.etag.is_some();
        !both && unlike(&self.modified, &other.modified)
    }
}

fn unlike<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
    one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| one != other)
}

/// What came back.
pub struct Answer {
    /// Where it was found, behind all redirects.
    pub found: String,
    /// Whether it is the whole file rather than a part.
    pub is_whole: bool,
    pub tag: Tag,
    /// The `Link` header.
    pub link: String,
    pub bytes: Vec<u8>,
}

/// Why there is no answer, and for how many seconds the site wants to be left alone.
type Refused = (RemoteProblem, Option<u64>);

impl Client {
    /// `token` goes to the origin that is named with it, and to no other.
    pub fn new(token: Option<(String, String)>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("neuromfa/", env!("CARGO_PKG_VERSION")))
            // A compressed file has other ranges.
            .accept_encoding("identity")
            .max_idle_connections_per_host(AT_A_TIME)
            .timeout_connect(Some(SILENCE))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE));
        let token = token.map(|(origin, secret)| Token { origin, secret });
        Self { agent: config.build().into(), token }
    }

    /// A range of a file, or all of it if it has no more than `most` bytes. Tries again where that may help.
    pub fn ask(&self, url: &str, range: Option<Range<u64>>, most: u64) -> Result<Answer, RemoteProblem> {
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let (problem, pause) = match self.once(url, range.as_ref(), most) {
                Ok(answer) => return Ok(answer),
                Err(refused) => refused,
            };
            let patient = pause.is_none_or(|seconds| seconds <= LONGEST_WAIT_SECONDS);
            if !problem.may_pass() || !patient || attempt == TRIES {
                return Err(problem);
            }
            std::thread::sleep(pause.map_or(wait, Duration::from_secs));
            wait *= 2;
        }
        Err(RemoteProblem::SiteFailed)
    }

    /// One request, and those that it is redirected to.
    fn once(&self, url: &str, range: Option<&Range<u64>>, most: u64) -> Result<Answer, Refused> {
        let mut url = url.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let mut request = self.agent.get(&url);
            if let Some(range) = range {
                request = request.header("Range", format!("bytes={}-{}", range.start, range.end - 1));
            }
            if let Some(token) = self.token.as_ref().filter(|token| token.is_for(&url)) {
                request = request.header("Authorization", format!("Bearer {}", token.secret));
            }
            let (parts, body) = request.call().map_err(no_answer)?.into_parts();
            let (status, headers) = (parts.status.as_u16(), &parts.headers);
            match header(headers, "location").filter(|_| matches!(status, 301 | 302 | 303 | 307 | 308)) {
                Some(location) => url = next_address(&url, location)?,
                None => return answer(url, status, headers, body, range, most),
            }
        }
        Err((RemoteProblem::TooManyRedirects, None))
    }
}

impl Token {
    /// Whether an address may have it: that of its own site, and nobody listens on the way.
    fn is_for(&self, url: &str) -> bool {
        let origin = origin_of(url).filter(|origin| *origin == self.origin);
        origin.is_some_and(|origin| origin.starts_with("https://") || is_loopback(&origin))
    }
}

fn next_address(from: &str, location: &str) -> Result<String, Refused> {
    let to = redirected(from, location).ok_or((RemoteProblem::TooManyRedirects, None))?;
    // From a line that nobody else reads to one that everybody may.
    if from.starts_with("https://") && to.starts_with("http://") {
        return Err((
            RemoteProblem::OtherHost { other: to.split('?').next().unwrap_or_default().to_owned() },
            None,
        ));
    }
    Ok(to)
}

fn no_answer(error: ureq::Error) -> Refused {
    let problem = match error {
        ureq::Error::HostNotFound => RemoteProblem::NoAnswer { why: "there is no such host".to_owned() },
        ureq::Error::Timeout(_) => RemoteProblem::NoAnswer { why: "it does not answer in time".to_owned() },
        ureq::Error::Io(error) if is_cut(error.kind()) => RemoteProblem::CutOff,
        error => RemoteProblem::NoAnswer { why: error.to_string().trim_end_matches('.').to_owned() },
    };
    (problem, None)
}

fn is_cut(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn answer(
    found: String,
    status: u16,
    headers: &HeaderMap,
    body: Body,
    range: Option<&Range<u64>>,
    most: u64,
) -> Result<Answer, Refused> {
    if !matches!(status, 200 | 206) {
        let seconds = header(headers, "retry-after").and_then(|text| text.trim().parse().ok());
        let code = header(headers, "x-error-code").unwrap_or_default();
        return Err((RemoteProblem::of_answer(status, code, seconds), seconds));
    }
    let is_whole = status == 200;
    let refuse = |problem| Err((problem, None));
    let promised = header(headers, "content-length").and_then(|text| text.trim().parse::<u64>().ok());
    let mut total = promised.filter(|_| is_whole);
    let mut expected = None;
    if let Some(range) = range.filter(|_| !is_whole) {
        let encoding = header(headers, "content-encoding").unwrap_or("identity");
        if !encoding.eq_ignore_ascii_case("identity") {
            return refuse(RemoteProblem::Compressed);
        }
        let Some(sent) = header(headers, "content-range").and_then(content_range) else {
            return refuse(RemoteProblem::WrongLength);
        };
        let end = range.end.min(sent.total);
        if sent.start != range.start
            || sent.end != end
            || promised.is_some_and(|bytes| bytes != end - range.start)
        {
            return refuse(RemoteProblem::WrongLength);
        }
        total = Some(sent.total);
        expected = Some(end - range.start);
    }
    let limit = expected.unwrap_or(most);
    // Of a site without ranges, nothing that is long is read.
    let too_long =
        if is_whole && range.is_some() { RemoteProblem::NoRanges } else { RemoteProblem::LongListing };
    if expected.is_none() && promised.is_some_and(|bytes| bytes > limit) {
        return refuse(too_long);
    }
    let mut bytes = Vec::with_capacity(promised.unwrap_or(0).min(limit) as usize);
    let read = body.into_reader().take(limit + 1).read_to_end(&mut bytes);
    if read.is_err() || expected.is_some_and(|expected| (bytes.len() as u64) < expected) {
        return refuse(RemoteProblem::CutOff);
    }
    if bytes.len() as u64 > limit {
        return refuse(if expected.is_some() { RemoteProblem::WrongLength } else { too_long });
    }
    let text = |name| header(headers, name).map(str::to_owned);
    let tag = Tag { etag: text("etag"), modified: text("last-modified"), bytes: total };
    Ok(Answer { found, is_whole, tag, link: text("link").unwrap_or_default(), bytes })
}

/// Which bytes a part is, and of how many.
#[derive(Debug, PartialEq, Eq)]
struct Sent {
    start: u64,
    end: u64,
    total: u64,
}

fn content_range(text: &str) -> Option<Sent> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, last) = range.split_once('-')?;
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let sent = Sent { start: number(start)?, end: number(last)?.checked_add(1)?, total: number(total)? };
    (sent.start < sent.end && sent.end <= sent.total).then_some(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_say_which_they_are() {
        assert_eq!(content_range("bytes 5-9/20"), Some(Sent { start: 5, end: 10, total: 20 }));
        for wrong in [
            "",
            "bytes */20",
            "bytes 5-9/*",
            "bytes 9-5/20",
            "bytes 5-20/20",
            "bytes 0-18446744073709551615/1",
        ] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contents_differ_by_what_both_tell() {
        let tag = |etag: &str, modified: &str, bytes| Tag {
            etag: Some(etag.to_owned()).filter(|text| !text.is_empty()),
            modified: Some(modified.to_owned()).filter(|text| !text.is_empty()),
            bytes,
        };
        assert!(tag("a", "", None).differs(&tag("b", "", None)));
        assert!(tag("a", "", Some(1)).differs(&tag("a", "", Some(2))));
        assert!(tag("", "x", None).differs(&tag("b", "y", None)));
        assert!(!tag("W/a", "x", None).differs(&tag("a", "y", Some(2))));
        assert!(!tag("a", "", None).differs(&tag("", "x", None)));
    }

    #[test]
    fn tokens_go_to_their_site_only() {
        let token = |origin: &str| Token { origin: origin.to_owned(), secret: "x".to_owned() };
        let hub = token("https://huggingface.co");
        assert!(hub.is_for("https://huggingface.co/a"));
        for other in
            ["https://cdn.huggingface.co/a", "http://huggingface.co/a", "https://huggingface.co:8443/a", "x"]
        {
            assert!(!hub.is_for(other), "{other}");
        }
        assert!(token("http://127.0.0.1:8080").is_for("http://127.0.0.1:8080/a"));
        assert!(!token("http://example.org").is_for("http://example.org/a"), "others could read it");
        assert!(next_address("https://a.org/x", "http://a.org/x").is_err());
    }
}
