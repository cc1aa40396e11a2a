//! Which of the files that the user gave form which checkpoint.
//!
//! The rules are those of the command line and the page alike:
//!
//! - A file listed by an index, or named `...-00001-of-00005...`, is a part of one checkpoint; every other weight file
//!   is a checkpoint of its own; a folder inside a folder is one checkpoint; a folder without weights is nothing.
//! - Files that hold the tensors of an ONNX model are parts of it.
//! - Files named as the slices of one model (`consolidated.00.pth`, `mp_rank_00_model_states.pt`) are one checkpoint,
//!   which is refused; one such file alone is an ordinary checkpoint.
//! - Of several forms of one model in a folder the first of [`Form`] is taken, the others are named as skipped.
//! - Files of optimisers, schedulers and the like are no checkpoints, unless nothing else was given.
//! - A folder with several checkpoints is a series of its own where others are given with it; files, and folders with one
//!   checkpoint each, are one series together.
//! - Files found inside a folder that are no weights are passed over; a file that the user pointed at is read, and
//!   its reader says what is wrong with it.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::index::Index;
use super::natural::natural_order;
use super::onnx::files_of_onnx;
use super::sniff::{has_extension, looks_like_torch};
use crate::WHOLE;
use crate::sorted::grouped;
use crate::source::ReadAt;

/// A file that the user gave, by itself or as part of a folder.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// Name with its folders, set apart by `/`. For a file inside a folder that was given, the path begins with the
    /// name of that folder: `run/step0/model.safetensors`.
    pub path: &'a str,
    /// Which of the given folders the file was found in; `None` for a file that was given by itself.
    pub folder: Option<usize>,
    /// Its bytes.
    pub source: &'a dyn ReadAt,
}

impl<'a> Input<'a> {
    /// A file as a browser names it: without `/` it was given by itself, else it was found inside a folder.
    pub fn new(path: &'a str, source: &'a dyn ReadAt) -> Self {
        Self { path, folder: path.contains('/').then_some(0), source }
    }

    /// Name without folders.
    pub fn file_name(&self) -> &'a str {
        split(self.path).1
    }
}

/// What the inputs are.
#[derive(Debug, Clone, Default)]
pub struct Collection {
    /// In the order of the series.
    pub candidates: Vec<Candidate>,
    /// Files that hold weights but are not read, such as another form of a model that is.
    pub skipped: Vec<Skipped>,
}

impl Collection {
    /// Name of a candidate's series; `None` where there is only one.
    pub fn series_of<'a>(&self, candidate: &'a Candidate) -> Option<&'a str> {
        let several = self.candidates.iter().any(|other| other.series != candidate.series);
        candidate.series.as_deref().filter(|_| several)
    }
}

/// Files that form one checkpoint, by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The file's name without its extension, or the folder's name.
    pub name: String,
    /// Training step read from the name.
    pub step: Option<u64>,
    /// The folder whose series it belongs to. `None` for files, and for folders with one checkpoint each: they are one
    /// series together.
    pub series: Option<String>,
    /// Its files, in order.
    pub parts: Vec<Part>,
    /// The index that lists the parts, by its position among the inputs.
    pub index: Option<usize>,
    /// The `config.json` that goes with it, by its position among the inputs.
    pub config: Option<usize>,
}

/// One file of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Name without folders.
    pub name: String,
    /// Position among the inputs; `None` if it is missing.
    pub input: Option<usize>,
}

/// A file that is not read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The input's path.
    pub path: String,
    /// One sentence.
    pub why: String,
}

/// Sorts the inputs into checkpoints, in the order of the series. Reads nothing but index files, the first bytes of
/// files called `.bin`, and headers of ONNX models beside files that may hold their tensors.
pub fn collect(inputs: &[Input<'_>]) -> Collection {
    let mut collection = Collection::default();
    let mut drafts = Vec::new();
    for folder in folders(inputs) {
        drafts.extend(folder_drafts(inputs, &folder, &mut collection.skipped));
    }
    if drafts.is_empty() {
        // Nothing but a file that would otherwise be passed over: then this is what the user wants to be read.
        drafts.extend(lone_files(inputs));
    }
    name_series(&mut drafts);
    sort_series(&mut drafts);
    collection.candidates = finish(inputs, drafts);
    collection
}

/// Forms of one model, in the order in which they are preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Safetensors,
    PyTorch,
    NumPy,
    Onnx,
    Gguf,
    Flax,
    TensorFlow,
    /// A file that the user pointed at and that no rule knows; its bytes decide.
    Unknown,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::PyTorch => "PyTorch",
            Self::NumPy => "NumPy",
            Self::Onnx => "ONNX",
            Self::Gguf => "GGUF",
            Self::Flax => "Flax",
            Self::TensorFlow => "TensorFlow",
            Self::Unknown => "unknown",
        }
    }
}

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Weights(Form),
    Index,
    /// Optimiser state and the like.
    Training,
    /// Belongs to a model without being weights.
    Companion,
    Other,
}

const TRAINING: [&str; 6] =
    ["optimizer", "scheduler", "rng_state", "scaler", "training_args", "random_states"];
const COMPANIONS: [&str; 14] = [
    "json",
    "jsonl",
    "txt",
    "md",
    "yaml",
    "yml",
    "toml",
    "csv",
    "py",
    "model",
    "jinja",
    "tiktoken",
    "log",
    "gitattributes",
];

fn kind(input: &Input<'_>) -> Kind {
    let name = input.file_name();
    let lower = name.to_ascii_lowercase();
    let training = TRAINING.iter().any(|prefix| lower.starts_with(prefix));
    // DeepSpeed puts one beside each part of the model.
    if training || lower.ends_with("_optim_states.pt") {
        return Kind::Training;
    }
    if lower.ends_with(".json") && lower.contains(".index.") {
        return Kind::Index;
    }
    if let Some(form) = form(&lower, input) {
        return Kind::Weights(form);
    }
    let companion = lower.starts_with('.') || lower == "license" || lower == "readme";
    if companion || COMPANIONS.iter().any(|extension| has_extension(&lower, extension)) {
        return Kind::Companion;
    }
    Kind::Other
}

/// Whether a file of this name may belong to a checkpoint: weights or their index, files beside an ONNX model that may
/// hold its tensors, or `config.json`. Of those called `.bin` only the bytes tell, so that they may.
pub fn belongs_to_checkpoint(name: &str) -> bool {
    let torch: &[u8] = b"PK\x03\x04";
    match kind(&Input::new(name, &torch)) {
        Kind::Weights(_) | Kind::Index => true,
        Kind::Companion => name == "config.json",
        Kind::Other => name.to_ascii_lowercase().contains(".onnx"),
        Kind::Training => false,
    }
}

fn form(lower: &str, input: &Input<'_>) -> Option<Form> {
    let (_, extension) = lower.rsplit_once('.')?;
    match extension {
        "safetensors" => Some(Form::Safetensors),
        "pt" | "pth" | "ckpt" | "pyth" => Some(Form::PyTorch),
        // A habit from the days of tar archives; other archives are no weights.
        "tar" if lower.ends_with(".pth.tar") || lower.ends_with(".pt.tar") => Some(Form::PyTorch),
        // Many things are called `.bin`: the first bytes tell PyTorch's from vocabularies and tables.
        "bin" => looks_like_torch(input.source).then_some(Form::PyTorch),
        "npz" => Some(Form::NumPy),
        "onnx" => Some(Form::Onnx),
        "gguf" => Some(Form::Gguf),
        "msgpack" if lower.starts_with("flax_model") => Some(Form::Flax),
        "h5" if lower.starts_with("tf_model") => Some(Form::TensorFlow),
        _ => None,
    }
}

/// The files of one folder, or those that were given by themselves and lie in one folder.
struct Folder<'a> {
    given: Option<usize>,
    path: &'a str,
    /// Positions among the inputs: by name inside a folder, else as given.
    files: Vec<usize>,
}

impl Folder<'_> {
    /// Whether the folder lies inside one that was given.
    fn is_inner(&self) -> bool {
        self.given.is_some() && self.path.contains('/')
    }
}

fn folders<'a>(inputs: &[Input<'a>]) -> Vec<Folder<'a>> {
    let mut positions = HashMap::new();
    let mut folders: Vec<Folder<'a>> = Vec::new();
    for (position, input) in inputs.iter().enumerate() {
        let path = split(input.path).0;
        let at = *positions.entry((input.folder, path)).or_insert_with(|| {
            folders.push(Folder { given: input.folder, path, files: Vec::new() });
            folders.len() - 1
        });
        folders[at].files.push(position);
    }
    for folder in folders.iter_mut().filter(|folder| folder.given.is_some()) {
        folder.files.sort_by(|&a, &b| natural_order(inputs[a].path, inputs[b].path));
    }
    folders
}

/// A checkpoint before it has a name.
struct Draft {
    form: Form,
    /// Name of the model as its files tell it: without the extension and the number of the part.
    stem: String,
    parts: Vec<Part>,
    index: Option<usize>,
    given: Option<usize>,
    folder: String,
    series: Option<String>,
    /// Whether the folder stands for the model, so that its name is the checkpoint's.
    named_by_folder: bool,
}

impl Draft {
    fn first_input(&self) -> usize {
        self.parts.iter().find_map(|part| part.input).unwrap_or(usize::MAX)
    }

    /// The folder that was given, in which it lies.
    fn given_folder(&self) -> Option<(usize, &str)> {
        Some((self.given?, self.folder.split('/').next()?))
    }
}

fn folder_drafts(inputs: &[Input<'_>], folder: &Folder<'_>, skipped: &mut Vec<Skipped>) -> Vec<Draft> {
    let kinds: Vec<(usize, Kind)> = folder.files.iter().map(|&at| (at, kind(&inputs[at]))).collect();
    let mut taken = HashSet::new();
    let mut drafts = Vec::new();
    for &(at, _) in kinds.iter().filter(|(_, kind)| *kind == Kind::Index) {
        skipped.extend(broken_index(&inputs[at]));
        // Without any of its files an index says nothing.
        let draft =
            indexed(inputs, folder, at).filter(|draft| draft.parts.iter().any(|part| part.input.is_some()));
        taken.extend(draft.iter().flat_map(|draft| &draft.parts).filter_map(|part| part.input));
        drafts.extend(draft);
    }
    taken.extend(external_data(inputs, folder, &kinds));
    let weights = kinds.iter().filter_map(|&(at, kind)| match kind {
        Kind::Weights(form) => Some((at, form)),
        Kind::Other if folder.given.is_none() => Some((at, Form::Unknown)),
        _ => None,
    });
    let (mut sharded, mut single) = (Vec::new(), Vec::new());
    let weights: Vec<(usize, Form)> = weights.filter(|(at, _)| !taken.contains(at)).collect();
    let slices = sliced(inputs, folder, &weights);
    let taken: HashSet<usize> =
        slices.iter().flat_map(|draft| &draft.parts).filter_map(|part| part.input).collect();
    single.extend(slices);
    for (at, form) in weights.into_iter().filter(|(at, _)| !taken.contains(at)) {
        match shard_number(inputs[at].file_name()) {
            Some((set, number)) => sharded.push(Shard { at, form, set, number }),
            None => single.push(draft(folder, form, stem(inputs[at].file_name()), vec![part(inputs, at)])),
        }
    }
    single.extend(drafts);
    single.extend(numbered(inputs, folder, sharded));
    let mut drafts = one_form_each(inputs, single, skipped);
    if folder.is_inner() {
        drafts = one_checkpoint(inputs, drafts, skipped);
    }
    if let [only] = drafts.as_mut_slice() {
        only.named_by_folder = folder.is_inner() || (folder.given.is_some() && is_generic(&only.stem));
    }
    drafts
}

/// Files that the ONNX models among them name as the place of their tensors. Inside a folder that was given, such files
/// are passed over anyway.
fn external_data(inputs: &[Input<'_>], folder: &Folder<'_>, kinds: &[(usize, Kind)]) -> Vec<usize> {
    let others = || kinds.iter().filter(|(_, kind)| *kind == Kind::Other).map(|&(at, _)| at);
    if !WHOLE || folder.given.is_some() || others().next().is_none() {
        return Vec::new();
    }
    let models = kinds.iter().filter(|(_, kind)| *kind == Kind::Weights(Form::Onnx));
    let named: HashSet<String> = models.flat_map(|&(at, _)| files_of_onnx(inputs[at].source)).collect();
    others().filter(|&at| named.contains(inputs[at].file_name())).collect()
}

fn draft(folder: &Folder<'_>, form: Form, stem: &str, parts: Vec<Part>) -> Draft {
    let (given, folder) = (folder.given, folder.path.to_owned());
    let stem = stem.to_owned();
    Draft { form, stem, parts, index: None, given, folder, series: None, named_by_folder: false }
}

fn part(inputs: &[Input<'_>], at: usize) -> Part {
    Part { name: inputs[at].file_name().to_owned(), input: Some(at) }
}

/// An index of weights that cannot be read: its files are told by their names alone, and that is said.
fn broken_index(input: &Input<'_>) -> Option<Skipped> {
    let of_weights = [".safetensors.index.", ".bin.index."].iter().any(|part| input.path.contains(part));
    let reason = Index::read(input.source).err().filter(|_| of_weights)?;
    let why = format!("the index cannot be read: {reason}. Parts are found by their names.");
    Some(Skipped { path: input.path.to_owned(), why })
}

/// The parts that an index lists, here or missing; nothing if it cannot be read or lists none.
fn indexed(inputs: &[Input<'_>], folder: &Folder<'_>, index: usize) -> Option<Draft> {
    let listed = Index::read(inputs[index].source).ok()?.files();
    let here: HashMap<&str, usize> = folder.files.iter().map(|&at| (inputs[at].file_name(), at)).collect();
    let mut parts: Vec<Part> =
        listed.into_iter().map(|name| Part { input: here.get(name.as_str()).copied(), name }).collect();
    parts.sort_by(|a, b| natural_order(&a.name, &b.name));
    let first = parts.iter().find_map(|part| part.input).unwrap_or(index);
    let form = form(&parts.first()?.name.to_ascii_lowercase(), &inputs[first]).unwrap_or(Form::Unknown);
    let name = inputs[index].file_name();
    let name = name.find(".index.").map_or(name, |end| &name[..end]);
    let mut draft = draft(folder, form, stem(name), parts);
    draft.index = Some(index);
    Some(draft)
}

/// What a name says about the set that the file is a part of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ShardSet<'a> {
    before: &'a str,
    /// The number of parts, as it is written.
    count: &'a str,
    after: &'a str,
    parts: u32,
}

impl ShardSet<'_> {
    fn name_of(&self, number: u32) -> String {
        let Self { before, count, after, .. } = self;
        format!("{before}{number:0width$}-of-{count}{after}", width = count.len())
    }
}

/// Most parts that a name may promise; more are not believed.
const MAX_PARTS: u32 = 100_000;

/// `model-00001-of-00005.safetensors`: the set, and the number of the part.
fn shard_number(name: &str) -> Option<(ShardSet<'_>, u32)> {
    let (left, right) = name.rsplit_once("-of-")?;
    let before = left.trim_end_matches(|c: char| c.is_ascii_digit());
    let after = right.trim_start_matches(|c: char| c.is_ascii_digit());
    let count = &right[..right.len() - after.len()];
    let (number, parts): (u32, u32) = (left[before.len()..].parse().ok()?, count.parse().ok()?);
    let plausible = parts <= MAX_PARTS && number <= parts;
    plausible.then_some((ShardSet { before, count, after, parts }, number))
}

/// Parts that belong together by their names, with those that are missing.
fn numbered(inputs: &[Input<'_>], folder: &Folder<'_>, shards: Vec<Shard<'_>>) -> Vec<Draft> {
    let sets = grouped(shards.into_iter().map(|shard| (shard.set, shard)).collect());
    let whole = |(set, shards): (ShardSet<'_>, Vec<Shard<'_>>)| {
        let form = shards[0].form;
        let here: HashMap<u32, usize> = shards.iter().map(|shard| (shard.number, shard.at)).collect();
        // Some writers count from 0.
        let first = u32::from(!here.contains_key(&0));
        let parts = (first..first + set.parts).map(|number| match here.get(&number) {
            Some(&at) => part(inputs, at),
            None => Part { name: set.name_of(number), input: None },
        });
        draft(folder, form, set.before.trim_end_matches(['-', '_', '.']), parts.collect())
    };
    sets.into_iter().map(whole).collect()
}

/// Files between which the layers of one model are cut, each layer across its neurons, as for several computers: from
/// each of them alone would come plausible numbers that are wrong.
fn sliced(inputs: &[Input<'_>], folder: &Folder<'_>, weights: &[(usize, Form)]) -> Vec<Draft> {
    let slice = |&(at, form): &(usize, Form)| {
        let (set, _) = slice_number(inputs[at].file_name()).filter(|_| form == Form::PyTorch)?;
        Some((set, part(inputs, at)))
    };
    let several = grouped(weights.iter().filter_map(slice).collect())
        .into_iter()
        .filter(|(_, parts)| are_slices(parts));
    let draft = |((before, _), mut parts): ((&str, &str), Vec<Part>)| {
        parts.sort_by(|a, b| natural_order(&a.name, &b.name));
        draft(folder, Form::PyTorch, before.trim_end_matches(['_', '.']), parts)
    };
    several.map(draft).collect()
}

/// What stands around the number of a slice, and the number: those of Llama are called `consolidated.00.pth`, those of
/// DeepSpeed and Megatron `mp_rank_00_model_states.pt`.
fn slice_number(name: &str) -> Option<((&str, &str), u32)> {
    let start = ["consolidated.", "mp_rank_"].into_iter().find(|start| name.starts_with(start))?;
    let (before, rest) = name.split_at(start.len());
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = rest[..rest.len() - after.len()].parse().ok()?;
    Some(((before, after), number))
}

/// Whether two of the files are slices of one model. Files of the same number are from two models.
pub(super) fn are_slices(parts: &[Part]) -> bool {
    let mut numbers = HashMap::new();
    let mut slices = parts.iter().filter_map(|part| slice_number(&part.name));
    slices.any(|(set, number)| *numbers.entry(set).or_insert(number) != number)
}

/// A file that is one part of several.
struct Shard<'a> {
    at: usize,
    form: Form,
    set: ShardSet<'a>,
    number: u32,
}

/// Keeps one form of each model.
fn one_form_each(inputs: &[Input<'_>], drafts: Vec<Draft>, skipped: &mut Vec<Skipped>) -> Vec<Draft> {
    let mut kept: Vec<Draft> = Vec::new();
    for draft in drafts {
        let twin = kept.iter().position(|other| are_forms_of_one(other, &draft));
        match twin {
            None => kept.push(draft),
            Some(at) if draft.form < kept[at].form => {
                let other = std::mem::replace(&mut kept[at], draft);
                skip(inputs, &other, &kept[at], skipped);
            }
            Some(at) => skip(inputs, &draft, &kept[at], skipped),
        }
    }
    kept
}

/// The same stem, or `model` and `pytorch_model`. Equal names are two files from different places, not two forms.
fn are_forms_of_one(one: &Draft, other: &Draft) -> bool {
    let known = one.form != Form::Unknown && other.form != Form::Unknown;
    let names = |draft: &Draft| draft.parts.first().map(|part| part.name.clone());
    known && model_stem(&one.stem) == model_stem(&other.stem) && names(one) != names(other)
}

fn model_stem(stem: &str) -> &str {
    match stem {
        "pytorch_model" | "flax_model" | "tf_model" => "model",
        other => other,
    }
}

fn skip(inputs: &[Input<'_>], draft: &Draft, kept: &Draft, skipped: &mut Vec<Skipped>) {
    let taken = kept.parts.first().map_or(kept.stem.as_str(), |part| part.name.as_str());
    let why = format!("another form ({}) of the same model: {taken} is read.", draft.form.name());
    let files = draft.parts.iter().filter_map(|part| part.input);
    skipped.extend(files.map(|at| Skipped { path: inputs[at].path.to_owned(), why: why.clone() }));
}

/// A folder inside a folder is one checkpoint: all its files of the preferred form together.
fn one_checkpoint(inputs: &[Input<'_>], drafts: Vec<Draft>, skipped: &mut Vec<Skipped>) -> Vec<Draft> {
    let Some(best) = drafts.iter().map(|draft| draft.form).min() else {
        return drafts;
    };
    let (mut same, others): (Vec<Draft>, Vec<Draft>) =
        drafts.into_iter().partition(|draft| draft.form == best);
    let mut whole = same.remove(0);
    for draft in others {
        skip(inputs, &draft, &whole, skipped);
    }
    for draft in same {
        whole.parts.extend(draft.parts);
        whole.index = whole.index.or(draft.index);
    }
    vec![whole]
}

/// Files that were given by themselves and that no rule takes for weights: training state first, else anything.
fn lone_files(inputs: &[Input<'_>]) -> Vec<Draft> {
    let alone = |wanted: fn(Kind) -> bool| -> Vec<Draft> {
        let given = inputs.iter().enumerate().filter(|(_, input)| input.folder.is_none());
        let kinds = given.map(|(at, input)| (at, kind(input)));
        kinds.filter(|&(_, kind)| wanted(kind)).map(|(at, kind)| lone_file(inputs, at, kind)).collect()
    };
    let training = alone(|kind| kind == Kind::Training);
    if training.is_empty() { alone(|_| true) } else { training }
}

fn lone_file(inputs: &[Input<'_>], at: usize, kind: Kind) -> Draft {
    let (path, name) = split(inputs[at].path);
    let folder = Folder { given: None, path, files: Vec::new() };
    let parts = if kind == Kind::Index { indexed(inputs, &folder, at) } else { None };
    parts.unwrap_or_else(|| draft(&folder, Form::Unknown, stem(name), vec![part(inputs, at)]))
}

/// Tells the series: every given folder with several checkpoints is one. Files, and folders with one checkpoint, are
/// one series together; a single such folder beside others is one by itself, and files belong to the only folder.
fn name_series(drafts: &mut [Draft]) {
    let (folders, place) = given_folders(drafts);
    let is_large = |folder: &(&str, usize)| folder.1 > 1;
    if !folders.iter().any(is_large) {
        return;
    }
    let small = folders.iter().filter(|folder| !is_large(folder)).count();
    let files = place.iter().any(Option::is_none);
    let names = told_apart(folders.iter().map(|folder| folder.0));
    let alone = |at: usize| is_large(&folders[at]) || (small == 1 && !files);
    let only = names.first().filter(|_| names.len() == 1);
    let series: Vec<Option<String>> =
        place.iter().map(|&at| at.filter(|&at| alone(at)).map(|at| &names[at]).or(only).cloned()).collect();
    for (draft, series) in drafts.iter_mut().zip(series) {
        draft.series = series;
    }
}

/// The folders that were given, by name and with the number of their checkpoints, and which of them each draft lies in.
fn given_folders(drafts: &[Draft]) -> (Vec<(&str, usize)>, Vec<Option<usize>>) {
    let mut folders: Vec<(&str, usize)> = Vec::new();
    let mut of_drafts = Vec::new();
    let mut known = HashMap::new();
    for folder in drafts.iter().map(Draft::given_folder) {
        let at = folder.map(|folder| *known.entry(folder).or_insert(folders.len()));
        if let (Some(at), Some((_, name))) = (at, folder) {
            folders.resize(folders.len().max(at + 1), (name, 0));
            folders[at].1 += 1;
        }
        of_drafts.push(at);
    }
    (folders, of_drafts)
}

/// Equal names of folders from different places get a number.
fn told_apart<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let name = |name| match *seen.entry(name).and_modify(|times| *times += 1).or_insert(1) {
        1 => name.to_owned(),
        times => format!("{name} ({times})"),
    };
    names.map(name).collect()
}

/// Each series in the order of its steps, in the order in which the series were given.
fn sort_series(drafts: &mut [Draft]) {
    drafts.sort_by_key(Draft::first_input);
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    for draft in drafts.iter() {
        let next = places.len();
        places.entry(draft.series.clone()).or_insert(next);
    }
    drafts.sort_by_key(|draft| places[&draft.series]);
    drafts.chunk_by_mut(|a, b| a.series == b.series).for_each(sort_by_step);
}

/// By step; as given where a file that was given by itself has none. Checkpoints of a folder that have no step, such
/// as the final model beside its `checkpoint-500`, come last.
fn sort_by_step(drafts: &mut [Draft]) {
    let as_given = drafts.iter().any(|draft| draft.given.is_none() && draft_step(draft).is_none());
    if !as_given {
        drafts.sort_by(|a, b| match (draft_step(a), draft_step(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) if a.given.is_some() && a.given == b.given => {
                natural_order(&a.folder, &b.folder).then_with(|| natural_order(&a.stem, &b.stem))
            }
            (None, None) => Ordering::Equal,
        });
    }
}

/// The step in the file's name, else in that of the nearest folder: of those that were given, or the one in which a
/// file lies that was given by itself.
fn draft_step(draft: &Draft) -> Option<u64> {
    let depth = if draft.given.is_some() { usize::MAX } else { 1 };
    step_in(&draft.stem).or_else(|| draft.folder.rsplit('/').take(depth).find_map(step_in))
}

/// The training step that a name tells: `step1000`, `checkpoint-500`, `global_step3000`, `epoch_2`.
pub fn step_in(name: &str) -> Option<u64> {
    let lower = name.to_ascii_lowercase();
    ["steps", "step", "iteration", "iter", "checkpoint", "ckpt", "epoch"]
        .iter()
        .find_map(|word| lower.rmatch_indices(word).find_map(|(at, _)| number_after(&lower, at, word)))
}

fn number_after(name: &str, at: usize, word: &str) -> Option<u64> {
    let before = &name[..at];
    let inside_a_word = before.ends_with(|c: char| c.is_alphabetic()) && !before.ends_with("global");
    let rest = &name[at + word.len()..];
    let rest = rest.strip_prefix(['-', '_', '=', ' ', '.']).unwrap_or(rest);
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let ends = !rest[digits..].starts_with(|c: char| c.is_alphabetic());
    if inside_a_word || !ends { None } else { rest[..digits].parse().ok() }
}

fn finish(inputs: &[Input<'_>], drafts: Vec<Draft>) -> Vec<Candidate> {
    let configs = configs(inputs);
    let names = names(&drafts);
    let candidate = |(draft, name): (Draft, String)| Candidate {
        name,
        step: draft_step(&draft),
        series: draft.series.clone(),
        config: config_of(&configs, &draft),
        index: draft.index,
        parts: draft.parts,
    };
    drafts.into_iter().zip(names).map(candidate).collect()
}

/// The folder's name where it stands for the model, else the file's; those that are equal are told apart by their
/// folders, where these have names.
fn names(drafts: &[Draft]) -> Vec<String> {
    let plain = |draft: &Draft| match folder_name(draft) {
        Some(folder) if draft.named_by_folder => folder.to_owned(),
        _ => draft.stem.clone(),
    };
    let mut seen = HashMap::new();
    for draft in drafts {
        *seen.entry(plain(draft)).or_insert(0) += 1;
    }
    let full = |draft: &Draft| {
        let name = plain(draft);
        match folder_name(draft) {
            Some(folder) if seen[&name] > 1 && is_generic(&draft.stem) => folder.to_owned(),
            Some(folder) if seen[&name] > 1 && !draft.named_by_folder => format!("{folder}/{name}"),
            _ => name,
        }
    };
    drafts.iter().map(full).collect()
}

fn folder_name(draft: &Draft) -> Option<&str> {
    draft.folder.rsplit('/').next().filter(|name| !name.is_empty() && *name != "." && *name != "..")
}

/// Names that say nothing about which model it is.
fn is_generic(stem: &str) -> bool {
    const GENERIC: [&str; 5] =
        ["model", "weights", "consolidated", "adapter_model", "diffusion_pytorch_model"];
    GENERIC.contains(&model_stem(stem))
}

fn configs<'a>(inputs: &[Input<'a>]) -> HashMap<(Option<usize>, &'a str), usize> {
    let named = inputs.iter().enumerate().filter(|(_, input)| input.file_name() == "config.json");
    named.map(|(at, input)| ((input.folder, split(input.path).0), at)).collect()
}

/// That of the same folder, else of the nearest one around it.
fn config_of(configs: &HashMap<(Option<usize>, &str), usize>, draft: &Draft) -> Option<usize> {
    let mut folder = draft.folder.as_str();
    loop {
        if let Some(&at) = configs.get(&(draft.given, folder)) {
            return Some(at);
        }
        folder = folder.rsplit_once('/').filter(|_| draft.given.is_some())?.0;
    }
}

/// Folder and name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Name without its extension.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}
