//! Addresses of the web, as far as files need them.

use std::net::IpAddr;

/// Longest address that is taken.
const MAX_BYTES: usize = 4096;

/// An `http` or `https` address: no password, no fragment, no way up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    /// `https://host:port`, in lower case.
    pub origin: String,
    /// Parts of the path as they are sent.
    pub segments: Vec<String>,
    /// Whether it ends with `/`.
    pub is_folder: bool,
    /// What follows `?`.
    pub query: Option<String>,
}

impl Url {
    /// Reads an address, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_BYTES {
            return Err("it is too long");
        }
        let (scheme, rest) = text.split_once("://").ok_or("it does not begin with https://")?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "https" && scheme != "http" {
            return Err("it does not begin with https://");
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let origin = format!("{scheme}://{}", checked_authority(authority)?);
        let segments: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(encoded).collect();
        if segments.iter().any(|segment| is_way_up(segment)) {
            return Err("its path leads up and down again");
        }
        let is_folder = path.is_empty() || path.ends_with('/');
        let query = query.filter(|query| !query.is_empty()).map(encoded);
        Ok(Self { origin, segments, is_folder, query })
    }

    /// The address as it is asked for.
    pub fn text(&self) -> String {
        let slash = if self.is_folder && !self.segments.is_empty() { "/" } else { "" };
        let path = format!("{}/{}{slash}", self.origin, self.segments.join("/"));
        self.query.as_ref().map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        let authority = authority(&self.origin);
        let port = authority.rfind(':').filter(|&at| !authority[at..].contains(']'));
        &authority[..port.unwrap_or(authority.len())]
    }

    /// The last part of the path, as it is read; empty at the top.
    pub fn name(&self) -> String {
        self.segments.last().map(|segment| decoded(segment)).unwrap_or_default()
    }

    /// The file `name`, as it is read, in the same folder.
    pub fn beside(&self, name: &str) -> Self {
        let kept = self.segments.len().saturating_sub(usize::from(!self.is_folder));
        let mut segments = self.segments[..kept].to_vec();
        segments.push(encoded_name(name));
        Self { origin: self.origin.clone(), segments, is_folder: false, query: None }
    }
}

/// Host and port of an address, for people; empty if it is none.
pub fn host_of(url: &str) -> &str {
    authority(url.split(['?', '#']).next().unwrap_or_default())
}

/// Whether an address is one of this computer.
pub fn is_loopback(url: &str) -> bool {
    let host = host_of(url);
    let host = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((host, _)) => host,
        None => host.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Scheme, host and port of an address; `None` if it is none.
pub fn origin_of(url: &str) -> Option<String> {
    Url::parse(url).ok().map(|url| url.origin)
}

/// Where the answer of `from` sends on to. The address stays as it is written, since it may be signed; `None` if it is none.
pub fn redirected(from: &str, location: &str) -> Option<String> {
    let location = location.trim().split('#').next().unwrap_or_default();
    let plain = from.split(['?', '#']).next().unwrap_or_default();
    let (scheme, _) = plain.split_once("://")?;
    let target = if location.contains("://") {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{}{location}", authority(plain))
    } else {
        format!("{}/{location}", plain.rsplit_once('/')?.0)
    };
    Url::parse(&target).is_ok().then_some(target)
}

fn authority(url: &str) -> &str {
    url.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default())
}

fn checked_authority(authority: &str) -> Result<String, &'static str> {
    if authority.contains('@') {
        return Err("it holds a user name or a password");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
    if authority.is_empty() || authority.starts_with(':') || !authority.chars().all(plain) {
        return Err("its host is no name of a host");
    }
    Ok(authority.to_ascii_lowercase())
}

/// Whether a part of a path is `.` or `..`, however it is written.
fn is_way_up(segment: &str) -> bool {
    matches!(decoded(segment).as_str(), "." | "..")
}

/// A part of a typed address: what is escaped stays so, what must be is.
fn encoded(text: &str) -> String {
    let hex = |bytes: Option<&[u8]>| bytes.is_some_and(|bytes| bytes.iter().all(u8::is_ascii_hexdigit));
    let bytes = text.as_bytes();
    let stays = |at: usize| match bytes[at] {
        b'%' => hex(bytes.get(at + 1..at + 3)),
        byte => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte),
    };
    escape(bytes, stays)
}

/// A name of a file as one part of an address.
pub(super) fn encoded_name(name: &str) -> String {
    let bytes = name.as_bytes();
    escape(bytes, |at| bytes[at].is_ascii_alphanumeric() || b"-._~".contains(&bytes[at]))
}

fn escape(bytes: &[u8], stays: impl Fn(usize) -> bool) -> String {
    let mut text = String::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if stays(at) {
            text.push(char::from(*byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// A part of an address as people read it.
pub(super) fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2)).flatten().and_then(byte_of);
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn byte_of(hex: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(hex).ok().filter(|text| !text.starts_with('+'))?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_what_is_sent() {
        for (typed, sent) in [
            ("https://Example.org", "https://example.org/"),
            ("HTTP://127.0.0.1:80/a//b.pt", "http://127.0.0.1:80/a/b.pt"),
            ("https://example.org/a b/ä.pt#top", "https://example.org/a%20b/%C3%A4.pt"),
            ("https://example.org/a%20b/%zz.pt?x=1&y=2", "https://example.org/a%20b/%25zz.pt?x=1&y=2"),
            ("https://example.org/runs/", "https://example.org/runs/"),
            ("https://[::1]:8000/x", "https://[::1]:8000/x"),
        ] {
            assert_eq!(Url::parse(typed).map(|url| url.text()), Ok(sent.to_owned()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in [
            "",
            "example.org/x",
            "ftp://example.org/x",
            "https:///x",
            "https://:80/x",
            "https://user:word@example.org/x",
            "https://exa mple.org/x",
            "https://example.org/a/../b",
            "https://example.org/a/%2e%2E/b",
            "file:///etc/passwd",
        ] {
            assert!(Url::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Url::parse(&format!("https://example.org/{}", "x".repeat(MAX_BYTES))).is_err());
    }

    #[test]
    fn neighbours_and_names() {
        let url =
            Url::parse("https://example.org:81/a%20b/model.safetensors?download=1").expect("an address");
        assert_eq!((url.host(), url.name().as_str()), ("example.org", "model.safetensors"));
        assert_eq!(url.beside("x y/z").text(), "https://example.org:81/a%20b/x%20y%2Fz");
        assert_eq!(
            Url::parse("https://example.org/runs/").expect("an address").beside("x").text(),
            "https://example.org/runs/x"
        );
        assert_eq!(Url::parse("https://[::1]:8000/x").expect("an address").host(), "[::1]");
        assert_eq!(host_of("https://example.org:81/a?b"), "example.org:81");
        assert_eq!(host_of("step0"), "");
        assert_eq!(origin_of("https://Example.org:81/a?b").as_deref(), Some("https://example.org:81"));
    }

    #[test]
    fn this_computer_is_told_from_names_like_it() {
        for here in [
            "http://localhost:80/x",
            "http://127.0.0.1",
            "http://127.9.9.9:1",
            "https://[::1]",
            "http://[::1]:8/x",
        ] {
            assert!(is_loopback(here), "{here}");
        }
        for away in [
            "https://127.evil.example",
            "https://localhost.example:80",
            "https://example.org/localhost",
            "step0",
        ] {
            assert!(!is_loopback(away), "{away}");
        }
    }

    #[test]
    fn redirects_keep_what_is_signed() {
        let from = "https://example.org:81/a/b?c=d/e";
        for (location, found) in [
            ("https://cdn.org//x?y=%2F#z", Some("https://cdn.org//x?y=%2F")),
            ("//cdn.org/x", Some("https://cdn.org/x")),
            ("/x?y", Some("https://example.org:81/x?y")),
            ("x", Some("https://example.org:81/a/x")),
            ("ftp://cdn.org/x", None),
            ("https://u:p@cdn.org/x", None),
        ] {
            assert_eq!(redirected(from, location).as_deref(), found, "{location}");
        }
    }
}
