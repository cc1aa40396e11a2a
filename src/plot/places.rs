//! Where groups stand in a network, from their names: kinds of matrices by blocks (as www/layers.ts).

/// Kinds and blocks of a list of groups.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Places {
    /// Kinds in their first order; a single empty one where no name tells of blocks.
    pub kinds: Vec<String>,
    /// Labels of the blocks in their first order.
    pub blocks: Vec<String>,
    /// For each group: index of its kind and of its block.
    pub at: Vec<(usize, usize)>,
    /// Whether the names tell of blocks; else every group is a block of its own.
    pub named: bool,
}

impl Places {
    pub fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.collect();
        let parsed: Vec<Option<(String, String)>> = names.iter().map(|name| parse(name)).collect();
        let named = parsed.iter().any(Option::is_some);
        let mut places = Self { named, ..Self::default() };
        for (number, (name, place)) in names.iter().zip(parsed).enumerate() {
            let (kind, block) = match place {
                Some(place) => place,
                None if named => ((*name).to_owned(), String::new()),
                None => (String::new(), number.to_string()),
            };
            let place = (index_of(&mut places.kinds, kind), index_of(&mut places.blocks, block));
            places.at.push(place);
        }
        places
    }
}

fn index_of(list: &mut Vec<String>, text: String) -> usize {
    // Groups of a block follow one another: the last entry is the likeliest.
    list.iter().rposition(|other| *other == text).unwrap_or_else(|| {
        list.push(text);
        list.len() - 1
    })
}

/// `encoder stage 1 block 2 attention in` is the kind `encoder attention in` in block `1.2`.
fn parse(name: &str) -> Option<(String, String)> {
    let words: Vec<&str> = name.split(' ').collect();
    let numbered = |at: usize, word: &str| {
        words.get(at) == Some(&word) && words.get(at + 1).is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let at = (0..words.len().saturating_sub(2)).find(|&at| numbered(at, "block"))?;
    let (mut before, block) = (&words[..at], words[at + 1]);
    let mut label = block.to_owned();
    if at > 1 && numbered(at - 2, "stage") {
        label = format!("{}.{block}", words[at - 1]);
        before = &words[..at - 2];
    }
    let kind: Vec<&str> = before.iter().chain(&words[at + 2..]).copied().collect();
    Some((kind.join(" "), label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_kinds_and_blocks() {
        let names =
            ["block 0 MLP up", "block 0 MLP down", "block 1 MLP up", "encoder stage 1 block 2 attention in"];
        let places = Places::of(names.into_iter());
        assert_eq!(places.kinds, ["MLP up", "MLP down", "encoder attention in"]);
        assert_eq!(places.blocks, ["0", "1", "1.2"]);
        assert_eq!(places.at, [(0, 0), (1, 0), (0, 1), (2, 2)]);
        let plain = Places::of(["fc1", "block of ice"].into_iter());
        assert!(!plain.named);
        assert_eq!((plain.kinds, plain.at), (vec![String::new()], vec![(0, 0), (0, 1)]));
    }
}
