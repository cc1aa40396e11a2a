//! What a pickle holds, as inert data.

/// Index of a node in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NodeId(pub(super) u32);

/// One value. Values refer to others by index: a pickle may share them, and may build rings of them.
#[derive(Debug)]
pub(super) enum Node {
    None,
    Bool(bool),
    /// Integers of up to 128 bits; larger ones are opaque.
    Int(i128),
    /// A range of [`Tree::text`].
    Text {
        start: u32,
        bytes: u32,
    },
    /// Floating-point numbers, byte strings, very long texts: nothing here needs their values.
    Opaque,
    /// Index into [`Tree::imports`].
    Global(u32),
    /// A list, a tuple or a set.
    Sequence(Vec<NodeId>),
    Dict(Vec<(NodeId, NodeId)>),
    /// What a call would have made, had it been made.
    Object(Box<Object>),
    /// What the program that unpickles has to supply for an identifier: a storage.
    Persistent(NodeId),
}

/// A call that was not made, with everything that was to be done to its result.
#[derive(Debug)]
pub(super) struct Object {
    pub callable: NodeId,
    pub arguments: NodeId,
    pub states: Vec<NodeId>,
    pub items: Vec<NodeId>,
    pub entries: Vec<(NodeId, NodeId)>,
}

/// All values of one pickle. Dropping it takes no recursion, however deep they are nested.
#[derive(Debug)]
pub(super) struct Tree {
    pub nodes: Vec<Node>,
    /// All texts, one after the other.
    pub text: Vec<u8>,
    /// `module.name` of every global, each once.
    pub imports: Vec<String>,
    pub root: NodeId,
}

impl Tree {
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub fn text(&self, id: NodeId) -> Option<&str> {
        let Node::Text { start, bytes } = *self.node(id) else { return None };
        let range = start as usize..start as usize + bytes as usize;
        std::str::from_utf8(self.text.get(range)?).ok()
    }

    pub fn int(&self, id: NodeId) -> Option<i128> {
        match *self.node(id) {
            Node::Int(value) => Some(value),
            _ => None,
        }
    }

    pub fn unsigned(&self, id: NodeId) -> Option<u64> {
        self.int(id).and_then(|value| u64::try_from(value).ok())
    }

    /// Items of a list, tuple or set.
    pub fn sequence(&self, id: NodeId) -> Option<&[NodeId]> {
        match self.node(id) {
            Node::Sequence(items) => Some(items),
            _ => None,
        }
    }

    pub fn object(&self, id: NodeId) -> Option<&Object> {
        match self.node(id) {
            Node::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether it is a container without items, or a call without arguments whose result is given nothing.
    pub fn is_empty(&self, id: NodeId) -> bool {
        match self.node(id) {
            Node::Sequence(items) => items.is_empty(),
            Node::Dict(entries) => entries.is_empty(),
            Node::Object(object) => {
                let Object { callable: _, arguments, states, items, entries } = &**object;
                let arguments = self.sequence(*arguments).unwrap_or_default();
                arguments.is_empty() && states.is_empty() && items.is_empty() && entries.is_empty()
            }
            _ => false,
        }
    }

    /// `module.name` of a global.
    pub fn global(&self, id: NodeId) -> Option<&str> {
        match *self.node(id) {
            Node::Global(index) => self.imports.get(index as usize).map(String::as_str),
            _ => None,
        }
    }

    /// `module.name` of what was to be called, and the arguments.
    pub fn call(&self, id: NodeId) -> Option<(&str, &[NodeId])> {
        let object = self.object(id)?;
        let arguments = self.sequence(object.arguments).unwrap_or_default();
        Some((self.global(object.callable)?, arguments))
    }

    /// The value of a key that is text.
    pub fn entry(&self, id: NodeId, key: &str) -> Option<NodeId> {
        let entries = match self.node(id) {
            Node::Dict(entries) => entries,
            Node::Object(object) => &object.entries,
            _ => return None,
        };
        entries.iter().find(|(name, _)| self.text(*name) == Some(key)).map(|(_, value)| *value)
    }
}
