//! What can be wrong with a file on another site, in sentences for people.

use crate::checkpoint::{grouped, short};

/// A file, a model or a site that does not give what was asked of it.
///
/// `Display` says what is wrong and why; [`hint`](Self::hint) what to do; [`text`](Self::text) all three.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {problem}", self.subject())]
pub struct RemoteError {
    /// The host that was asked; empty where none was.
    pub host: String,
    /// The file or model, or what the user typed; empty where it is the whole site.
    pub file: String,
    /// What is wrong.
    pub problem: RemoteProblem,
}

impl RemoteError {
    /// `problem` of `file` on `host`.
    pub fn new(host: impl Into<String>, file: impl Into<String>, problem: RemoteProblem) -> Self {
        Self { host: host.into(), file: file.into(), problem }
    }

    /// `problem` of what the user typed.
    pub(super) fn of_text(text: &str, problem: RemoteProblem) -> Self {
        Self::new("", short(text.trim()), problem)
    }

    /// Stable name of the problem in kebab case.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// What to do: one sentence.
    pub fn hint(&self) -> String {
        self.problem.hint()
    }

    /// What is wrong, why, and what to do.
    pub fn text(&self) -> String {
        format!("{self} {}", self.hint())
    }

    fn subject(&self) -> String {
        match (self.file.as_str(), self.host.as_str()) {
            ("", "") => "The address".to_owned(),
            ("", host) => host.to_owned(),
            (file, "") => format!("“{file}”"),
            (file, host) => format!("{file} on {host}"),
        }
    }
}

/// What is wrong with a file on another site. Sentences begin with their verb: file and host go before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence of each variant is its documentation
pub enum RemoteProblem {
    #[error("is no address of checkpoints: {why}.")]
    BadAddress { why: String },
    #[error("is no list of revisions: {why}.")]
    BadRevisions { why: String },
    #[error("names a revision already, and a list of revisions was given too.")]
    TwoRevisions,
    #[error("is a single place, which has no revisions.")]
    NoRevisions,
    #[error("is not there, or is private.")]
    NoModel,
    #[error("has no revision of this name.")]
    NoRevision,
    #[error("is not there.")]
    NoFile,
    #[error("is given only to people who have accepted its terms.")]
    Gated,
    #[error("is given only with a token, or refuses the one that was given.")]
    TokenRefused,
    #[error("is not given to everybody: the site refuses it.")]
    Forbidden,
    #[error("cannot be read in parts: the site sends the whole file whatever is asked for.")]
    NoRanges,
    #[error("cannot be asked: the site cannot be reached, or does not let other pages read it (CORS).")]
    Unreachable,
    #[error("cannot be reached. The system says: {why}.")]
    NoAnswer { why: String },
    #[error("changed while it was read, so that its parts do not belong together.")]
    Changed,
    #[error("broke off in the middle of an answer, several times.")]
    CutOff,
    #[error("sends other bytes than were asked for, or another number of them.")]
    WrongLength,
    #[error("refuses a part of the file, as if it were shorter than it says.")]
    RangeRefused,
    #[error("wants no more requests for now{}.", pause(*.seconds))]
    TooManyRequests { seconds: Option<u64> },
    #[error("has a fault of its own.")]
    SiteFailed,
    #[error("is sent compressed, so that its parts cannot be told.")]
    Compressed,
    #[error("is a Git LFS pointer, and the weights that it stands for are not there.")]
    LfsPointer,
    #[error("sends from one address to the next, without end.")]
    TooManyRedirects,
    #[error("sends on to {other}, which was not confirmed.")]
    OtherHost { other: String },
    #[error("lists more than {} files.", grouped(*.limit))]
    TooManyFiles { limit: u64 },
    #[error("sends a list of files that is too long.")]
    LongListing,
    #[error("sends a list of files that cannot be read: {why}.")]
    BadListing { why: String },
    #[error("has no weights that can be read here.")]
    NoWeights,
    #[error("gives an answer that is not known here, {status}.")]
    Status { status: u16 },
}

impl RemoteProblem {
    /// What an answer says that is not the file: its status, the header `X-Error-Code` of a hub or an empty text, and the
    /// seconds of `Retry-After`. Status 0 is an answer that the browser did not show.
    pub fn of_answer(status: u16, error_code: &str, retry_after: Option<u64>) -> Self {
        match (status, error_code) {
            (0, _) => Self::Unreachable,
            (_, "GatedRepo") => Self::Gated,
            (_, "RepoNotFound") => Self::NoModel,
            (_, "RevisionNotFound") => Self::NoRevision,
            (_, "EntryNotFound") => Self::NoFile,
            (200, _) => Self::NoRanges,
            (300..=399, _) => Self::TooManyRedirects,
            (401, _) => Self::TokenRefused,
            (403 | 451, _) => Self::Forbidden,
            (404 | 410, _) => Self::NoFile,
            (412, _) => Self::Changed,
            (416, _) => Self::RangeRefused,
            (429, _) => Self::TooManyRequests { seconds: retry_after },
            (500..=599, _) => Self::SiteFailed,
            _ => Self::Status { status },
        }
    }

    /// The problem of a code, for hosts that find it themselves; `None` if there is none of this code, or if it needs more.
    pub fn of_code(code: &str) -> Option<Self> {
        const PLAIN: [RemoteProblem; 20] = [
            RemoteProblem::TwoRevisions,
            RemoteProblem::NoRevisions,
            RemoteProblem::NoModel,
            RemoteProblem::NoRevision,
            RemoteProblem::NoFile,
            RemoteProblem::Gated,
            RemoteProblem::TokenRefused,
            RemoteProblem::Forbidden,
            RemoteProblem::NoRanges,
            RemoteProblem::Unreachable,
            RemoteProblem::Changed,
            RemoteProblem::CutOff,
            RemoteProblem::WrongLength,
            RemoteProblem::RangeRefused,
            RemoteProblem::SiteFailed,
            RemoteProblem::Compressed,
            RemoteProblem::LfsPointer,
            RemoteProblem::TooManyRedirects,
            RemoteProblem::LongListing,
            RemoteProblem::NoWeights,
        ];
        PLAIN.into_iter().find(|problem| problem.code() == code)
    }

    /// Whether the same request may well be answered a little later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::TooManyRequests { .. } | Self::SiteFailed | Self::CutOff | Self::NoAnswer { .. })
    }

    /// Stable name in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadAddress { .. } => "bad-address",
            Self::BadRevisions { .. } => "bad-revisions",
            Self::TwoRevisions => "two-revisions",
            Self::NoRevisions => "no-revisions",
            Self::NoModel => "no-model",
            Self::NoRevision => "no-revision",
            Self::NoFile => "no-file",
            Self::Gated => "gated",
            Self::TokenRefused => "token-refused",
            Self::Forbidden => "forbidden",
            Self::NoRanges => "no-ranges",
            Self::Unreachable => "unreachable",
            Self::NoAnswer { .. } => "no-answer",
            Self::Changed => "changed",
            Self::CutOff => "cut-off",
            Self::WrongLength => "wrong-length",
            Self::RangeRefused => "range-refused",
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::SiteFailed => "site-failed",
            Self::Compressed => "compressed",
            Self::LfsPointer => "lfs-missing",
            Self::TooManyRedirects => "too-many-redirects",
            Self::OtherHost { .. } => "other-host",
            Self::TooManyFiles { .. } => "too-many-files",
            Self::LongListing => "long-listing",
            Self::BadListing { .. } => "bad-listing",
            Self::NoWeights => "no-weights",
            Self::Status { .. } => "unknown-answer",
        }
    }

    /// What to do.
    pub fn hint(&self) -> String {
        let sentence = match self {
            Self::BadAddress { .. } => {
                "Give owner/name of a model on Hugging Face, or the address of a file or folder."
            }
            Self::BadRevisions { .. } => "Write them with commas between, such as step0, step1000.",
            Self::TwoRevisions => "Leave one of the two out.",
            Self::NoRevisions => "Leave the list of revisions out.",
            Self::NoModel => "Check its name; if it is private, give a token of an account that may read it.",
            Self::NoRevision => "Check the list of revisions against its page.",
            Self::NoFile => "Check the address.",
            Self::Gated => "Accept them on its page, and give a token of that account.",
            Self::TokenRefused => "Give a token of an account that may read it.",
            Self::Forbidden => {
                "Check in a browser that it is public; an address with a signature may have expired."
            }
            Self::NoRanges | Self::Compressed => "Download the file, and open it from your computer.",
            Self::Unreachable => {
                "Check the connection; if the address opens in a browser, download the file there, and open it from your \
                 computer."
            }
            Self::NoAnswer { .. } => "Check the address and the connection, and try again.",
            Self::Changed => "Read it again from the start.",
            Self::CutOff | Self::SiteFailed => "Try again later.",
            Self::WrongLength | Self::RangeRefused => {
                "Try again; if it stays so, download the file, and open it from your computer."
            }
            Self::TooManyRequests { .. } => "Wait, and try again; with a token, many sites allow more.",
            Self::LfsPointer => "Ask its owner, or give the address of another copy.",
            Self::TooManyRedirects => "Give the address that a browser ends at.",
            Self::OtherHost { .. } => "Confirm that host too, or give its address.",
            Self::TooManyFiles { .. } | Self::LongListing => "Give the address of one folder or file of it.",
            Self::BadListing { .. } => "Give the address of a file.",
            Self::NoWeights => "Give the address of a file: safetensors, PyTorch, GGUF, ONNX or NumPy.",
            Self::Status { .. } => "Check the address in a browser.",
        };
        sentence.to_owned()
    }
}

/// How long a site wants to be left alone, in words.
fn pause(seconds: Option<u64>) -> String {
    match seconds {
        None => String::new(),
        Some(1) => ": for 1 second".to_owned(),
        Some(seconds @ 0..=119) => format!(": for {seconds} seconds"),
        Some(seconds) => format!(": for {} minutes", grouped(seconds.div_ceil(60))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_have_a_sentence() {
        let text = |status, code, retry| {
            RemoteError::new("huggingface.co", "a/b", RemoteProblem::of_answer(status, code, retry)).text()
        };
        for (status, code, begins) in [
            (
                401,
                "GatedRepo",
                "a/b on huggingface.co is given only to people who have accepted its terms. Accept",
            ),
            (403, "GatedRepo", "a/b on huggingface.co is given only to people"),
            (401, "RepoNotFound", "a/b on huggingface.co is not there, or is private. Check its name;"),
            (404, "RevisionNotFound", "a/b on huggingface.co has no revision of this name."),
            (404, "EntryNotFound", "a/b on huggingface.co is not there. Check the address."),
            (401, "", "a/b on huggingface.co is given only with a token"),
            (403, "", "a/b on huggingface.co is not given to everybody"),
            (404, "", "a/b on huggingface.co is not there."),
            (200, "", "a/b on huggingface.co cannot be read in parts"),
            (302, "", "a/b on huggingface.co sends from one address to the next"),
            (416, "", "a/b on huggingface.co refuses a part"),
            (429, "", "a/b on huggingface.co wants no more requests for now. Wait"),
            (503, "", "a/b on huggingface.co has a fault of its own. Try again later."),
            (418, "", "a/b on huggingface.co gives an answer that is not known here, 418."),
            (0, "", "a/b on huggingface.co cannot be asked"),
        ] {
            let text = text(status, code, None);
            assert!(text.starts_with(begins), "{status} {code}: {text}");
        }
        assert!(text(429, "", Some(300)).contains("for now: for 5 minutes."), "{}", text(429, "", Some(300)));
        assert!(text(429, "", Some(u64::MAX)).contains("minutes"));
    }

    #[test]
    fn codes_lead_back_to_problems() {
        for status in [200, 302, 401, 403, 404, 412, 416, 503] {
            let problem = RemoteProblem::of_answer(status, "", None);
            assert_eq!(RemoteProblem::of_code(problem.code()), Some(problem));
        }
        assert_eq!(RemoteProblem::of_code("bad-listing"), None, "it needs a reason");
        assert_eq!(RemoteProblem::of_code(""), None);
    }

    #[test]
    fn subjects_are_what_is_known() {
        let display = |host, file| RemoteError::new(host, file, RemoteProblem::SiteFailed).to_string();
        assert_eq!(display("", ""), "The address has a fault of its own.");
        assert_eq!(display("a.org", ""), "a.org has a fault of its own.");
        assert_eq!(display("", "x"), "“x” has a fault of its own.");
    }
}
