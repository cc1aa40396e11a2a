//! How many of a picture's pixels lie on an inch of paper, as a PNG file says it.

/// Length of a PNG file's signature, and of a chunk without its data: length, name and checksum.
const SIGNATURE: usize = 8;
const CHUNK: usize = 12;

/// The PNG file with so many pixels to an inch (chunk `pHYs`); none where it is no PNG file.
pub fn with_density(png: &[u8], per_inch: f64) -> Option<Vec<u8>> {
    let mut rest = png.get(SIGNATURE..).filter(|_| png.starts_with(b"\x89PNG\r\n\x1a\n"))?;
    let mut out = png[..SIGNATURE].to_vec();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let (chunk, after) = rest.split_at_checked(length.checked_add(CHUNK)?)?;
        let name = &chunk[4..8];
        if name != b"pHYs" {
            out.extend(chunk);
        }
        if name == b"IHDR" {
            out.extend(density(per_inch));
        }
        rest = after;
    }
    Some(out)
}

fn density(per_inch: f64) -> Vec<u8> {
    let per_metre = ((per_inch / 0.0254).round() as u32).to_be_bytes();
    let data = [b"pHYs", &per_metre[..], &per_metre, &[1]].concat();
    [&9_u32.to_be_bytes()[..], &data, &crc32fast::hash(&data).to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_png_file_is_left_alone() {
        for bad in [&b""[..], b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR", b"\x89PNG\r\n\x1a\n\0\0"] {
            assert_eq!(with_density(bad, 300.0), None);
        }
    }
}
