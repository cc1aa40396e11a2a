//! Git LFS: the small file that stands in a repository for a large one.

use serde::Serialize;

/// Pointers are shorter than this: longer files need not be looked at.
pub const MAX_POINTER_BYTES: u64 = 1024;

/// What a pointer tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LfsPointer {
    /// Length of the file that it stands for.
    pub bytes: u64,
    /// SHA-256 of that file, in hex.
    pub oid: String,
}

/// Reads a whole file as a pointer; `None` if it is another file.
pub fn lfs_pointer(file: &[u8]) -> Option<LfsPointer> {
    let text = std::str::from_utf8(file).ok().filter(|text| text.len() as u64 <= MAX_POINTER_BYTES)?;
    let rest = text.strip_prefix("version https://git-lfs.github.com/spec/v1\n")?;
    let value = |key: &str| rest.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
    let oid = value("oid")?.strip_prefix("sha256:")?;
    let is_hash = oid.len() == 64 && oid.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes = value("size")?.parse().ok()?;
    is_hash.then(|| LfsPointer { bytes, oid: oid.to_ascii_lowercase() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_told_from_other_files() {
        let oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
        let text = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n");
        let pointer = LfsPointer { bytes: 12345, oid: oid.to_owned() };
        assert_eq!(lfs_pointer(text.as_bytes()), Some(pointer.clone()));
        let extended = text.replace("\noid", "\next-0-x sha256:00\noid");
        assert_eq!(lfs_pointer(extended.as_bytes()), Some(pointer));
        let others = [
            String::new(),
            "version https://git-lfs.github.com/spec/v1\n".to_owned(),
            text.replace("size 12345", "size -1"),
            text.replace(oid, "4d7a"),
            text.replace("version", "Version"),
            format!("{text}{}", " ".repeat(1024)),
        ];
        for other in others {
            assert_eq!(lfs_pointer(other.as_bytes()), None, "{other}");
        }
        assert_eq!(lfs_pointer(b"\xff\xfe"), None);
    }
}
