//! From typed addresses to files: lists are asked for, and files whose lists tell too little.

use std::sync::Arc;

use neuromfa::remote::{
    Listed, MAX_FILES, MAX_LISTING_BYTES, MAX_PAGES, RemoteError, RemoteFile, RemoteProblem, Source,
    next_page, sources,
};

use super::{Client, WebFile, several};

/// An address on the command line, and the places that it means.
pub struct Typed {
    places: Vec<Source>,
}

impl Typed {
    /// Reads an address; nothing is asked.
    pub fn new(text: &str, revisions: &str) -> Result<Self, RemoteError> {
        sources(text, revisions).map(|places| Self { places })
    }

    /// An address of the site that is asked first.
    pub fn site(&self) -> Option<String> {
        self.places.first().map(|place| match place {
            Source::Hub { base, .. } | Source::Zenodo { base, .. } => base.clone(),
            Source::Folder { url, .. } | Source::Index { url, .. } | Source::File { url, .. } => url.clone(),
        })
    }
}

/// The files of an address; `note` is told what is left out, `fail` what cannot be read.
pub fn gather(
    typed: &Typed,
    client: &Arc<Client>,
    mut note: impl FnMut(String),
    mut fail: impl FnMut(RemoteError),
) -> Vec<WebFile> {
    let mut files = Vec::new();
    for looked in several(&typed.places, |place| look(place, client)) {
        match looked {
            Ok(listed) => {
                listed.notes.into_iter().for_each(&mut note);
                files.extend(listed.files);
            }
            Err(error) => fail(error),
        }
    }
    let files: Vec<WebFile> = files.into_iter().map(|file| WebFile::new(client.clone(), file)).collect();
    let asked = several(&files, |file| if file.must_be_asked() { file.ask() } else { Ok(()) });
    let mut found = Vec::new();
    for (file, asked) in files.into_iter().zip(asked) {
        match asked {
            Ok(()) => found.push(file),
            // What is not there, or closed; a fault that passes would change what is read without it.
            Err(error) if file.listed().optional && is_missing(&error.problem) => {}
            Err(error) => fail(error),
        }
    }
    found
}

fn is_missing(problem: &RemoteProblem) -> bool {
    matches!(problem, RemoteProblem::NoFile | RemoteProblem::Forbidden | RemoteProblem::TokenRefused)
}

/// What a place holds, with its inner folders.
fn look(place: &Source, client: &Client) -> Result<Listed, RemoteError> {
    let mut listed = list(place, client)?;
    let inner = several(&std::mem::take(&mut listed.folders), |folder| list(folder, client));
    for folder in inner {
        // A folder that is closed, or empty, hides nothing else.
        let Ok(Listed { files, notes, .. }) = folder else { continue };
        listed.files.extend(files);
        listed.notes.extend(notes);
    }
    if listed.files.len() > MAX_FILES {
        return Err(error(place, RemoteProblem::TooManyFiles { limit: MAX_FILES as u64 }));
    }
    if !listed.has_weights() {
        return Err(error(place, RemoteProblem::NoWeights));
    }
    Ok(listed)
}

fn error(place: &Source, problem: RemoteProblem) -> RemoteError {
    RemoteError::new(place.host(), place.label(), problem)
}

/// What a place lists; or, where a folder does not tell its files, what lies there under the usual names.
fn list(place: &Source, client: &Client) -> Result<Listed, RemoteError> {
    let pages = pages(place, client).map_err(|problem| error(place, problem));
    let listed = pages.and_then(|pages| place.files(&pages));
    let empty = listed.as_ref().map_or(true, |listed| !listed.has_weights() && listed.folders.is_empty());
    if !empty {
        return listed;
    }
    for guess in place.guesses() {
        let found = self::pages(&guess, client).map_err(|problem| error(&guess, problem));
        let found = found.and_then(|pages| guess.files(&pages)).and_then(|found| exists(found, client));
        if let Ok(found) = found {
            return Ok(found);
        }
    }
    listed
}

/// A guess whose first file is there.
fn exists(listed: Listed, client: &Client) -> Result<Listed, RemoteError> {
    let file = listed.files.first().cloned();
    let there =
        |RemoteFile { url, .. }: &RemoteFile| client.ask(url, Some(0..1), super::client::SHORT_BYTES).is_ok();
    match file.filter(there) {
        Some(_) => Ok(listed),
        None => Err(RemoteError::new("", "", RemoteProblem::NoFile)),
    }
}

/// The answers that list the files of a place; none for a single file.
fn pages(place: &Source, client: &Client) -> Result<Vec<Vec<u8>>, RemoteProblem> {
    let mut pages = Vec::new();
    let mut next = place.listing();
    while let Some(url) = next {
        if pages.len() == MAX_PAGES {
            return Err(RemoteProblem::LongListing);
        }
        let answer = client.ask(&url, None, MAX_LISTING_BYTES)?;
        next = next_page(&answer.link, &url);
        pages.push(answer.bytes);
    }
    Ok(pages)
}
