//! Zip archives and arrays of NumPy that must be refused.

use neuromfa::checkpoint::{Checkpoint, NpyProblem, Problem, ZipProblem, read_values};

use super::{name, opened, refused};
use crate::zip_file::{Member, Zip, deflated, matrix, npy, stored, zip, zip64};

fn refused_zip(file: &[u8], problem: impl Into<Problem>) {
    let problem = problem.into();
    let sentence = format!("x.npz {problem} {}", problem.hint());
    refused(&[("x.npz", file)], problem, &sentence);
}

fn entry() -> String {
    name("w.npy")
}

/// Two arrays, the second compressed.
fn members() -> [Member<'static>; 2] {
    [stored("w.npy", &matrix(2, 3, &[0; 24])), deflated("v.npy", &matrix(4, 8, &[1; 128]))]
}

fn accepted(file: &[u8]) -> Checkpoint {
    opened(&[("x.npz", file)]).0.unwrap_or_else(|error| panic!("{}", error.text()))
}

#[test]
fn sound_archives_are_read_with_and_without_zip64() {
    for archive in [zip(&members()), zip64(&members())] {
        let checkpoint = accepted(&archive.bytes);
        let names: Vec<&str> = checkpoint.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
        assert_eq!(names, ["v", "w"]);
        let values = read_values(&archive.bytes, &checkpoint.tensors[0]).expect("decodable");
        assert_eq!(values, [f64::from(f32::from_le_bytes([1; 4])); 32]);
    }
    let mut commented = zip(&members());
    commented.bytes.truncate(commented.end + 20);
    commented.bytes.extend([8, 0]);
    commented.bytes.extend(b"PK\x05\x06 abc");
    assert_eq!(accepted(&commented.bytes).tensors.len(), 2, "a comment, even one that looks like an end");
    let folder = zip(&[stored("folder/", b""), stored("folder/w.npy", &matrix(2, 3, &[0; 24]))]);
    assert_eq!(accepted(&folder.bytes).tensors[0].name, "folder/w");
    // Sizes behind the data: the header before it has none.
    let archive = zip(&members());
    let mut streamed = archive.with(archive.locals[0] + 6, &8u16.to_le_bytes());
    streamed[archive.locals[0] + 18..][..8].fill(0);
    assert_eq!(accepted(&streamed).tensors.len(), 2);
}

#[test]
fn ends_of_archives() {
    let archive = zip(&members());
    let bytes = archive.bytes.len() as u64 - 1;
    refused_zip(&archive.bytes[..bytes as usize], ZipProblem::NoEnd { bytes });
    let longer = [&archive.bytes[..], &[0]].concat();
    refused_zip(&longer, ZipProblem::NoEnd { bytes: bytes + 2 });
    for at in [4, 6, 8] {
        refused_zip(&archive.with(archive.end + at, &[7, 0]), ZipProblem::MultiDisk);
    }
    refused_zip(&archive.with(archive.listed[0] + 34, &[1, 0]), ZipProblem::MultiDisk);
    let wide = zip64(&members());
    refused_zip(&wide.with(wide.end64 + 16, &[1]), ZipProblem::MultiDisk);
    for byte in [0, wide.end as u64, u64::MAX] {
        let file = wide.with(wide.end - 12, &byte.to_le_bytes());
        refused_zip(&file, ZipProblem::NoEnd64 { byte });
    }
    for (at, length) in [(8, 2), (10, 2)] {
        let mut file = wide.with(wide.end + 8, &[3, 0, 3, 0]);
        file.truncate(file.len().min(wide.end + at + length + 100));
        refused_zip(&file, ZipProblem::EndsDisagree);
    }
    refused_zip(&wide.with(wide.end + 16, &5u32.to_le_bytes()), ZipProblem::EndsDisagree);
}

#[test]
fn directories_that_contradict_the_file() {
    let archive = zip(&members());
    let directory = archive.listed[0] as u64;
    let (length, end) = (archive.end as u64 - directory, archive.end as u64);
    for offset in [directory - 1, 0, u64::from(u32::MAX)] {
        let file = archive.with(archive.end + 16, &(offset as u32).to_le_bytes());
        refused_zip(&file, ZipProblem::DirectoryOutside { offset, bytes: length, end });
    }
    let wide = zip64(&members());
    let file = wide.with(wide.end64 + 48, &u64::MAX.to_le_bytes());
    let bytes = wide.end64 as u64 - wide.listed[0] as u64;
    refused_zip(&file, ZipProblem::DirectoryOutside { offset: u64::MAX, bytes, end: wide.end64 as u64 });
    let many = 1_000_001u64;
    let file = wide.with(wide.end64 + 24, &[many.to_le_bytes(), many.to_le_bytes()].concat());
    refused_zip(&file, ZipProblem::TooManyEntries { entries: many, limit: 1_000_000 });
    for entries in [1u8, 3, 200] {
        let file = archive.with(archive.end + 8, &[entries, 0, entries, 0]);
        refused_zip(&file, ZipProblem::DirectoryLength { entries: entries.into(), bytes: length });
    }
    // The second entry goes beyond the end.
    let file = archive.with(archive.listed[1] + 30, &[1, 0]);
    refused_zip(&file, ZipProblem::DirectoryLength { entries: 2, bytes: length });
    let byte = archive.listed[1] as u64;
    refused_zip(&archive.with(archive.listed[1], b"QK"), ZipProblem::NoEntry { byte });
}

#[test]
fn entries_that_cannot_be() {
    let archive = zip(&members());
    let (local, listed) = (archive.locals[0], archive.listed[0]);
    let long = "n".repeat(5000);
    let file = zip(&[stored(&long, b"")]).bytes;
    refused_zip(&file, ZipProblem::EntryNameTooLong { bytes: 5000, limit: 4096 });
    let file = archive.with(listed + 24, &[0xff; 4]);
    refused_zip(&file, ZipProblem::NoSize { entry: entry() });
    for flags in [1u16, 1 << 6, 1 << 13] {
        for at in [listed + 8, local + 6] {
            refused_zip(&archive.with(at, &flags.to_le_bytes()), ZipProblem::Encrypted { entry: entry() });
        }
    }
    for (method, named) in [(14, "LZMA"), (93, "Zstandard"), (12, "bzip2"), (77, "method 77")] {
        let problem = ZipProblem::Method { entry: entry(), method: named.to_owned() };
        refused_zip(&archive.with(listed + 10, &[method, 0]), problem);
    }
    let size = matrix(2, 3, &[0; 24]).len() as u64;
    let file = archive.with(listed + 24, &100u32.to_le_bytes());
    refused_zip(&file, ZipProblem::StoredSizes { entry: entry(), stored: size, bytes: 100 });
    let stored_bytes = members()[1].stored.len() as u64;
    let file = archive.with(archive.listed[1] + 24, &(1u32 << 30).to_le_bytes());
    let problem = ZipProblem::ImpossibleSize { entry: name("v.npy"), stored: stored_bytes, bytes: 1 << 30 };
    refused_zip(&file, problem);
    let twice = zip(&[stored("w.npy", &matrix(1, 1, &[0; 4])), stored("w.npy", &matrix(1, 1, &[0; 4]))]);
    refused_zip(&twice.bytes, ZipProblem::DuplicateEntry { entry: entry() });
}

#[test]
fn entries_that_their_own_headers_contradict() {
    let archive = zip(&members());
    let (local, listed) = (archive.locals[0], archive.listed[0]);
    let disagree = |what| ZipProblem::LocalDisagrees { entry: entry(), what };
    let limit = listed as u64;
    // In the middle of the other entry.
    let file = archive.with(listed + 42, &20u32.to_le_bytes());
    refused_zip(&file, ZipProblem::NoLocalHeader { entry: entry(), byte: 20 });
    for offset in [limit - 10, u64::from(u32::MAX - 1)] {
        let file = archive.with(listed + 42, &(offset as u32).to_le_bytes());
        refused_zip(&file, ZipProblem::EntryOutside { entry: entry(), limit });
    }
    for extra in [0xffffu16, 400] {
        let file = archive.with(local + 28, &extra.to_le_bytes());
        refused_zip(&file, ZipProblem::EntryOutside { entry: entry(), limit });
    }
    refused_zip(&archive.with(local + 30, b"u"), disagree("name"));
    refused_zip(&archive.with(local + 26, &[4, 0]), disagree("name"));
    refused_zip(&archive.with(local + 8, &[8, 0]), disagree("compression"));
    refused_zip(&archive.with(local + 18, &[9]), disagree("size"));
    refused_zip(&archive.with(local + 22, &[0xff; 4]), disagree("size"));
    let wide = zip64(&members());
    refused_zip(&wide.with(wide.locals[0] + 30 + 5 + 4, &[9]), disagree("size"));
}

#[test]
fn entries_that_overlap() {
    // The first entry holds the whole second one: both are sound by themselves.
    let inner = zip(&[stored("v.npy", &matrix(1, 1, &[0; 4]))]);
    let local = &inner.bytes[..inner.listed[0]];
    let outer = zip(&[stored("w.npy", local), stored("v.npy", &matrix(1, 1, &[0; 4]))]);
    let offset = outer.locals[0] as u32 + 30 + 5;
    let file = outer.with(outer.listed[1] + 42, &offset.to_le_bytes());
    refused_zip(&file, ZipProblem::Overlap { entry: entry(), other: name("v.npy") });
}

fn truncations(archive: &Zip) -> Vec<usize> {
    let mut places = vec![archive.end, archive.end + 4, archive.end64, archive.bytes.len() - 1];
    for &local in archive.locals.iter().chain(&archive.listed) {
        places.extend([local + 4, local + 30, local + 35, local + 46]);
    }
    places
}

#[test]
fn archives_that_are_cut_off() {
    for archive in [zip(&members()), zip64(&members())] {
        for length in truncations(&archive) {
            let error = opened(&[("x.npz", &archive.bytes[..length])]).0.expect_err("cut off");
            assert_eq!(error.problem, ZipProblem::NoEnd { bytes: length as u64 }.into());
        }
    }
}

fn refused_array(file: &[u8], problem: &NpyProblem) {
    let sentence = format!("x.npy {problem} {}", problem.hint());
    refused(&[("x.npy", file)], problem.clone().into(), &sentence);
    // In archives the array is named.
    let in_archive = NpyProblem::InArchive { array: name("w"), problem: Box::new(problem.clone()) };
    if !matches!(problem, NpyProblem::NotNumbers { .. }) {
        refused_zip(&zip(&[stored("w.npy", file)]).bytes, in_archive.clone());
        refused_zip(&zip(&[deflated("w.npy", file)]).bytes, in_archive);
    }
}

#[test]
fn arrays_that_must_be_refused() {
    let good = matrix(2, 3, &[0; 24]);
    let header = good.len() as u64 - 24;
    let mut other = good.clone();
    other[6] = 4;
    refused_array(&other, &NpyProblem::Version { major: 4 });
    let mut long = good.clone();
    long.splice(6..10, [2, 0, 0, 0, 0, 1]);
    long[11] = 2;
    refused_array(
        &long,
        &NpyProblem::HeaderTooLong { bytes: 0x0200_0000 + u64::from(long[10]) * 65536, limit: 65536 },
    );
    for length in [8, 9, 10, 11, 40, header - 1] {
        let promised = if length < 10 { 12 } else { header };
        let problem = NpyProblem::HeaderEndsEarly { promised, bytes: length };
        refused_array(&good[..length as usize], &problem);
    }
    for length in [header, header + 23, header + 25] {
        let mut file = good.clone();
        file.resize(length as usize, 0);
        refused_array(&file, &NpyProblem::Length { promised: header + 24, bytes: length });
    }
    let twice = npy("{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", &[0; 8]);
    refused_array(&twice, &NpyProblem::DoubleKey { key: name("descr") });
    for (dictionary, key) in [
        ("{'fortran_order': False, 'shape': ()}", "descr"),
        ("{'descr': '<f4', 'shape': ()}", "fortran_order"),
        ("{'descr': '<f4', 'fortran_order': False}", "shape"),
    ] {
        refused_array(&npy(dictionary, &[0; 4]), &NpyProblem::MissingKey { key });
    }
    for (descr, what) in [("'|O'", "Python objects"), ("[('a', '<f4')]", "structures of several fields")] {
        let file = npy(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (1,)}}"), b"\x80\x03.");
        refused_array(&file, &NpyProblem::NotNumbers { what: what.to_owned() });
    }
    refused_zip(
        &zip(&[stored("w.npy", b"\x93NUMPX\x01\x00 and so on")]).bytes,
        NpyProblem::InArchive { array: name("w"), problem: Box::new(NpyProblem::NoMagic) },
    );
}

#[test]
fn array_headers_that_are_no_dictionary() {
    for (dictionary, at, expected) in [
        ("", 0, "a dictionary"),
        ("[1]", 0, "a dictionary"),
        ("{descr: '<f4'}", 1, "a text in quotes"),
        ("{'descr' '<f4'}", 9, "a colon"),
        ("{'descr': __import__('os')}", 10, "a text in quotes"),
        ("{'descr': '<f4}", 10, "a text that ends"),
        ("{'descr': '<f4' 'shape': ()}", 16, "a comma or the end of the dictionary"),
        ("{'fortran_order': 1}", 19, "True or False"),
        ("{'shape': 3}", 10, "a tuple of sizes"),
        ("{'shape': (-1,)}", 11, "a size"),
        ("{'shape': (99999999999999999999,)}", 31, "a size"),
        ("{'shape': (1 2)}", 13, "a comma or the end of the tuple"),
        ("{'other': 1}", 9, "descr, fortran_order or shape"),
        ("{'descr': [('a', '<f4'", 22, "the end of the list"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", 54, "the end of the header"),
    ] {
        let problem = NpyProblem::HeaderSyntax { byte: 10 + at, expected };
        refused_array(&npy(dictionary, &[]), &problem);
    }
    let axes = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", &[0; 4]);
    refused_zip(
        &zip(&[stored("w.npy", &axes)]).bytes,
        Problem::TooManyAxes { tensor: name("w"), axes: 9, limit: 8 },
    );
    for shape in ["(4294967296, 4294967296)", "(4611686018427387904,)"] {
        let file = npy(&format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}"), &[]);
        refused_zip(&zip(&[stored("w.npy", &file)]).bytes, Problem::SizeOverflow { tensor: name("w") });
    }
}

#[test]
fn no_change_of_a_byte_breaks_the_reader() {
    for archive in [zip(&members()), zip64(&members())] {
        for at in 0..archive.bytes.len() {
            let file = archive.with(at, &[[0, 1, 0x7f, 0xff][at % 4]]);
            let (result, peak) = opened(&[("x.npz", &file)]);
            assert!(peak < 1 << 20, "{peak} bytes with another byte at {at}");
            let Ok(checkpoint) = result else { continue };
            for tensor in checkpoint.tensors.iter().filter(|tensor| tensor.dtype.is_float()) {
                // Compressed data may be damaged, which only shows here.
                let _ = read_values(&file, tensor);
            }
        }
    }
}

#[test]
fn bombs_take_no_memory() {
    // A header that promises 1 GB, and zeros that would unfold to it.
    let header = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (16384, 16384), }", &[]);
    let bytes = header.len() as u64 + (1 << 30);
    let start = deflated("w.npy", &[&header[..], &vec![0; 4 << 20]].concat());
    // As many compressed bytes as the promise needs at least; the directory cannot be told from a true one.
    let mut stored_bytes = start.stored;
    stored_bytes.resize((bytes / 1032 + 1) as usize, 0xaa);
    let file = zip(&[Member { name: "w.npy", stored: stored_bytes, bytes, method: 8 }]).bytes;
    let (result, peak) = opened(&[("x.npz", &file)]);
    let checkpoint = result.expect("only the header is decoded");
    assert_eq!(checkpoint.tensors[0].elements(), 1 << 28);
    assert!(peak < 1 << 20, "{peak} bytes");
    // Promised by the directory, but not by the header.
    let lie = Member { bytes: 200, ..deflated("w.npy", &matrix(1, 1, &[0; 4])) };
    let promised = matrix(1, 1, &[0; 4]).len() as u64;
    let problem = NpyProblem::Length { promised, bytes: 200 };
    refused_zip(&zip(&[lie]).bytes, NpyProblem::InArchive { array: name("w"), problem: Box::new(problem) });
    // Compressed twice: what is inside is never opened.
    let inner = zip(&[deflated("v.npy", &vec![0; 10 << 20])]).bytes;
    let nested = zip(&[deflated("inner.npz", &inner), stored("w.npy", &matrix(1, 1, &[0; 4]))]).bytes;
    let (result, peak) = opened(&[("x.npz", &nested)]);
    assert_eq!(result.expect("one array").tensors.len(), 1);
    assert!(peak < 1 << 20, "{peak} bytes");
    // Data that is none.
    let noise = Member { name: "w.npy", stored: vec![0xff; 500], bytes: 1000, method: 8 };
    refused_zip(&zip(&[noise]).bytes, ZipProblem::Damaged { entry: entry() });
}
