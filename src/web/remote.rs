//! Places on other sites, for the worker that reads from them: what was typed, what lists of files say, and the sentences
//! for whatever goes wrong. Nothing is asked from here.

use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::value::{Report, thrown};
use crate::remote::{Listed, RemoteError, RemoteFile, RemoteProblem, Source, lfs_pointer, sources};

/// A source, and what must be asked for it.
#[derive(Serialize)]
struct Place {
    #[serde(flatten)]
    source: Source,
    /// What people call it.
    label: String,
    host: String,
    /// Whose answer lists the files; null for a single file.
    listing: Option<String>,
    /// What to try, one after another until one is there, where that answer lists none.
    guesses: Vec<Place>,
}

impl Place {
    fn new(source: Source) -> Self {
        let guesses = source.guesses().into_iter().map(Self::new).collect();
        Self {
            label: source.label(),
            host: source.host().to_owned(),
            listing: source.listing(),
            guesses,
            source,
        }
    }
}

/// What a place holds.
#[derive(Serialize)]
struct Found {
    files: Vec<RemoteFile>,
    folders: Vec<Place>,
    notes: Vec<String>,
}

/// The places that a text and a list of revisions mean, as JSON; see [`sources`].
#[wasm_bindgen(js_name = remoteSources)]
pub fn remote_sources(text: &str, revisions: &str) -> Result<String, JsValue> {
    let places = sources(text, revisions).map_err(|error| refused(&error))?;
    to_json(&places.into_iter().map(Place::new).collect::<Vec<_>>())
}

/// What a place of [`remote_sources`] holds, by the pages of the answer of its `listing`; of a single file, by none.
#[wasm_bindgen(js_name = remoteFiles)]
pub fn remote_files(source: &str, pages: Vec<Uint8Array>) -> Result<String, JsValue> {
    let source = read_source(source)?;
    let pages: Vec<Vec<u8>> = pages.iter().map(Uint8Array::to_vec).collect();
    let Listed { files, folders, notes } = source.files(&pages).map_err(|error| refused(&error))?;
    to_json(&Found { files, folders: folders.into_iter().map(Place::new).collect(), notes })
}

/// What a Git LFS pointer tells, as JSON; nothing if the bytes are no pointer.
#[wasm_bindgen(js_name = lfsPointer)]
pub fn read_lfs_pointer(bytes: &[u8]) -> Result<Option<String>, JsValue> {
    lfs_pointer(bytes).as_ref().map(to_json).transpose()
}

/// The report of what went wrong with a file, as JSON. `code` is the header `X-Error-Code` of an answer; or, with status 0,
/// the code of a problem that the worker found itself, such as `changed` or `cut-off`: without one, the browser has
/// shown no answer.
#[wasm_bindgen(js_name = remoteFault)]
pub fn remote_fault(
    status: u16,
    code: &str,
    host: &str,
    file: &str,
    retry_after: Option<f64>,
) -> Result<String, JsValue> {
    // Beyond the range of integers, the cast stays at its ends.
    let retry_after = retry_after.filter(|seconds| *seconds >= 0.0).map(|seconds| seconds as u64);
    let own = RemoteProblem::of_code(code).filter(|_| status == 0);
    let problem = own.unwrap_or_else(|| RemoteProblem::of_answer(status, code, retry_after));
    to_json(&report(&RemoteError::new(host, file, problem)))
}

/// The report of a redirect to a host that was not confirmed, as JSON.
#[wasm_bindgen(js_name = remoteOtherHost)]
pub fn remote_other_host(host: &str, file: &str, other: &str) -> Result<String, JsValue> {
    let problem = RemoteProblem::OtherHost { other: other.to_owned() };
    to_json(&report(&RemoteError::new(host, file, problem)))
}

fn read_source(text: &str) -> Result<Source, JsValue> {
    Source::deserialize(&mut serde_json::Deserializer::from_str(text))
        .map_err(|error| thrown(&Report::new("bad-source", format!("This is no place: {error}."))))
}

fn report(error: &RemoteError) -> Report {
    Report { code: error.code().to_owned(), text: error.text(), file: error.file.clone(), hint: error.hint() }
}

fn refused(error: &RemoteError) -> JsValue {
    thrown(&report(error))
}

fn to_json<T: Serialize>(value: &T) -> Result<String, JsValue> {
    serde_json::to_string(value)
        .map_err(|_| thrown(&Report::new("too-large", "The answer is too large for the page.")))
}
