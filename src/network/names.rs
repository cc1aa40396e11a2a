//! Names of tensors, taken apart.

/// Longer names are no names of a family: taking them apart would take long.
const LONGEST_NAME: usize = 512;
/// A name with a larger block number is no block: samples are drawn for every block up to the largest.
pub(super) const MOST_BLOCKS: u32 = 10_000;

/// The name as the table of families writes it: without `.weight`, and without what adapters put around a layer.
pub(super) fn plain(name: &str) -> &str {
    let name = name.strip_suffix(".weight").unwrap_or(name);
    name.strip_suffix(".base_layer").unwrap_or(name)
}

/// A number in a name that may be that of a block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Numbered<'a> {
    /// What stands before it.
    pub(super) head: &'a str,
    pub(super) number: u32,
    /// What stands behind it, without the dot.
    pub(super) tail: &'a str,
}

/// Every number in a name that ends a part of it and is not the last part: `a.3.b` has one, `a.encoder_layer_3.b` too.
pub(super) fn numbered(name: &str) -> impl Iterator<Item = Numbered<'_>> {
    let name = if name.len() <= LONGEST_NAME { name } else { "" };
    name.match_indices('.').filter_map(|(dot, _)| {
        let start = digits_at_end(&name[..dot]);
        let starts = start == 0 || matches!(name.as_bytes()[start - 1], b'.' | b'_');
        let number = name[start..dot].parse().ok().filter(|&number| starts && number < MOST_BLOCKS)?;
        Some(Numbered { head: &name[..start], number, tail: &name[dot + 1..] })
    })
}

/// The parts of a name that are numbers as `*`, and the first of these numbers; `None` where there is none.
pub(super) fn starred(tail: &str) -> Option<(String, u32)> {
    let number =
        |part: &str| part.parse::<u32>().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()));
    let first = tail.split('.').find_map(number)?;
    let parts: Vec<&str> =
        tail.split('.').map(|part| if number(part).is_some() { "*" } else { part }).collect();
    Some((parts.join("."), first))
}

/// What stands before the blocks, and the number of the stage, where `head` ends as `blocks` says.
pub(super) fn prefix<'a>(head: &'a str, blocks: &str) -> Option<(&'a str, Option<u32>)> {
    let (before, stage) = match blocks.split_once('*') {
        None => (head.strip_suffix(blocks)?, None),
        Some((start, end)) => {
            let numbered = head.strip_suffix(end)?;
            let at = digits_at_end(numbered);
            let stage = numbered[at..].parse().ok().filter(|&stage: &u32| stage < MOST_BLOCKS)?;
            (numbered[..at].strip_suffix(start)?, Some(stage))
        }
    };
    (before.is_empty() || before.ends_with('.')).then_some((before, stage))
}

fn digits_at_end(text: &str) -> usize {
    text.trim_end_matches(|c: char| c.is_ascii_digit()).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_inside_adapters_keep_their_names() {
        for name in ["self_attn.q_proj", "self_attn.q_proj.weight", "self_attn.q_proj.base_layer.weight"] {
            assert_eq!(plain(name), "self_attn.q_proj");
        }
    }

    #[test]
    fn numbers_that_may_be_blocks() {
        let found: Vec<_> = numbered("a.3.b.layer_12.c.d4.5").map(|n| (n.head, n.number, n.tail)).collect();
        assert_eq!(found, [("a.", 3, "b.layer_12.c.d4.5"), ("a.3.b.layer_", 12, "c.d4.5")]);
        assert_eq!(numbered("layers.10000.w").count() + numbered("layers.99999999999.w").count(), 0);
        assert_eq!(numbered(&format!("{}1.w", "x.".repeat(300))).count(), 0);
    }

    #[test]
    fn experts_are_starred() {
        assert_eq!(starred("mlp.experts.7.up"), Some(("mlp.experts.*.up".to_owned(), 7)));
        assert_eq!(starred("mlp.fc1"), None);
    }

    #[test]
    fn prefixes_end_at_a_dot() {
        assert_eq!(prefix("model.encoder.layers.", "encoder.layers."), Some(("model.", None)));
        assert_eq!(prefix("transformer_encoder.layers.", "encoder.layers."), None);
        assert_eq!(prefix("swin.layers.2.blocks.", "layers.*.blocks."), Some(("swin.", Some(2))));
        assert_eq!(prefix("layers.blocks.", "layers.*.blocks."), None);
    }
}
