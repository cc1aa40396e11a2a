//! Pickles as data: an allow-list of instructions, interpreted into an inert tree.
//!
//! Unpickling may import anything and call it. Here nothing is imported and nothing is called: a global is a name, and
//! a call is an object that holds its arguments. What a file would import is listed for the user to see.
//!
//! Memory follows the pickle: an instruction makes one value at most, values are shared and never copied, and byte
//! strings are passed over.

use std::collections::HashMap;

use super::PyTorchProblem;
use super::cursor::Cursor;
use super::tree::{Node, NodeId, Object, Tree};
use crate::checkpoint::error::Problem;

/// Longest pickle in bytes.
pub(super) const MAX_PICKLE_BYTES: u64 = 256 << 20;
/// Most instructions of one pickle.
pub(super) const MAX_INSTRUCTIONS: u64 = 10_000_000;
/// Most values that wait to be put into others.
pub(super) const MAX_STACK: usize = 1_000_000;
/// Most globals that one pickle names.
pub(super) const MAX_IMPORTS: usize = 10_000;
/// Longest name of a global, its module included, in bytes.
pub(super) const MAX_IMPORT_BYTES: usize = 512;
/// Longer texts are opaque; no name is that long.
const MAX_TEXT_BYTES: u64 = 64 << 10;
/// Longest number that is written in digits.
const MAX_DIGITS: usize = 4096;
/// The latest version of the format.
const MAX_PROTOCOL: u8 = 5;

/// Instructions, by the names that Python gives them.
mod opcode {
    pub const MARK: u8 = b'(';
    pub const POP: u8 = b'0';
    pub const POP_MARK: u8 = b'1';
    pub const DUP: u8 = b'2';
    pub const FLOAT: u8 = b'F';
    pub const INT: u8 = b'I';
    pub const BININT: u8 = b'J';
    pub const BININT1: u8 = b'K';
    pub const LONG: u8 = b'L';
    pub const BININT2: u8 = b'M';
    pub const NONE: u8 = b'N';
    pub const PERSID: u8 = b'P';
    pub const BINPERSID: u8 = b'Q';
    pub const REDUCE: u8 = b'R';
    pub const STRING: u8 = b'S';
    pub const BINSTRING: u8 = b'T';
    pub const SHORT_BINSTRING: u8 = b'U';
    pub const UNICODE: u8 = b'V';
    pub const BINUNICODE: u8 = b'X';
    pub const APPEND: u8 = b'a';
    pub const BUILD: u8 = b'b';
    pub const GLOBAL: u8 = b'c';
    pub const DICT: u8 = b'd';
    pub const EMPTY_DICT: u8 = b'}';
    pub const APPENDS: u8 = b'e';
    pub const GET: u8 = b'g';
    pub const BINGET: u8 = b'h';
    pub const INST: u8 = b'i';
    pub const LONG_BINGET: u8 = b'j';
    pub const LIST: u8 = b'l';
    pub const EMPTY_LIST: u8 = b']';
    pub const OBJ: u8 = b'o';
    pub const PUT: u8 = b'p';
    pub const BINPUT: u8 = b'q';
    pub const LONG_BINPUT: u8 = b'r';
    pub const SETITEM: u8 = b's';
    pub const TUPLE: u8 = b't';
    pub const EMPTY_TUPLE: u8 = b')';
    pub const SETITEMS: u8 = b'u';
    pub const BINFLOAT: u8 = b'G';
    pub const STOP: u8 = b'.';
    pub const BINBYTES: u8 = b'B';
    pub const SHORT_BINBYTES: u8 = b'C';
    pub const PROTO: u8 = 0x80;
    pub const NEWOBJ: u8 = 0x81;
    pub const TUPLE1: u8 = 0x85;
    pub const TUPLE2: u8 = 0x86;
    pub const TUPLE3: u8 = 0x87;
    pub const NEWTRUE: u8 = 0x88;
    pub const NEWFALSE: u8 = 0x89;
    pub const LONG1: u8 = 0x8a;
    pub const LONG4: u8 = 0x8b;
    pub const SHORT_BINUNICODE: u8 = 0x8c;
    pub const BINUNICODE8: u8 = 0x8d;
    pub const BINBYTES8: u8 = 0x8e;
    pub const EMPTY_SET: u8 = 0x8f;
    pub const ADDITEMS: u8 = 0x90;
    pub const FROZENSET: u8 = 0x91;
    pub const NEWOBJ_EX: u8 = 0x92;
    pub const STACK_GLOBAL: u8 = 0x93;
    pub const MEMOIZE: u8 = 0x94;
    pub const FRAME: u8 = 0x95;
    pub const BYTEARRAY8: u8 = 0x96;
}

/// Reads one pickle; the cursor is left behind its last instruction.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Tree, Problem> {
    Machine {
        start: cursor.position(),
        at: cursor.position(),
        cursor,
        instructions: 0,
        nodes: vec![Node::None, Node::Bool(false), Node::Bool(true)],
        text: Vec::new(),
        imports: Vec::new(),
        known_imports: HashMap::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    }
    .run()
}

/// Reads the one pickle that fills a part of a file.
pub(super) fn read_whole(mut cursor: Cursor<'_>) -> Result<Tree, Problem> {
    let tree = read(&mut cursor)?;
    match cursor.remaining() {
        0 => Ok(tree),
        _ => {
            let (byte, reason) = (cursor.position(), "more bytes follow its end");
            Err(PyTorchProblem::BrokenPickle { byte, reason }.into())
        }
    }
}

/// The constants have one node each.
const NOTHING: NodeId = NodeId(0);
const FALSE: NodeId = NodeId(1);
const TRUE: NodeId = NodeId(2);

struct Machine<'c, 's> {
    cursor: &'c mut Cursor<'s>,
    start: u64,
    /// Where the present instruction begins.
    at: u64,
    instructions: u64,
    nodes: Vec<Node>,
    text: Vec<u8>,
    imports: Vec<String>,
    known_imports: HashMap<String, u32>,
    stack: Vec<NodeId>,
    /// Heights of the stack; none is above its top.
    marks: Vec<u32>,
    memo: HashMap<u32, NodeId>,
}

impl Machine<'_, '_> {
    fn run(mut self) -> Result<Tree, Problem> {
        loop {
            self.at = self.cursor.position();
            self.check_limits()?;
            match self.cursor.byte()? {
                opcode::STOP => {
                    let root = self.pop()?;
                    let Self { nodes, text, imports, .. } = self;
                    return Ok(Tree { nodes, text, imports, root });
                }
                instruction => self.step(instruction)?,
            }
        }
    }

    fn check_limits(&mut self) -> Result<(), Problem> {
        self.instructions += 1;
        if self.instructions > MAX_INSTRUCTIONS {
            return Err(PyTorchProblem::TooManyInstructions { limit: MAX_INSTRUCTIONS }.into());
        }
        if self.stack.len() > MAX_STACK || self.marks.len() > MAX_STACK {
            return Err(PyTorchProblem::StackTooHigh { byte: self.at, limit: MAX_STACK as u64 }.into());
        }
        match self.at - self.start > MAX_PICKLE_BYTES {
            true => Err(PyTorchProblem::PickleTooLong { limit: MAX_PICKLE_BYTES }.into()),
            false => Ok(()),
        }
    }

    fn step(&mut self, instruction: u8) -> Result<(), Problem> {
        use opcode::*;
        match instruction {
            PROTO | FRAME => self.frame(instruction),
            MARK | POP | POP_MARK | DUP => self.shuffle(instruction),
            NONE => self.push_id(NOTHING),
            NEWTRUE => self.push_id(TRUE),
            NEWFALSE => self.push_id(FALSE),
            INT | LONG | LONG1 | LONG4 | BININT | BININT1 | BININT2 | FLOAT | BINFLOAT => {
                self.number(instruction)
            }
            STRING | UNICODE => self.quoted(instruction),
            BINSTRING | SHORT_BINSTRING | BINUNICODE | BINUNICODE8 | SHORT_BINUNICODE => {
                let bytes = self.length(instruction)?;
                self.push_text(bytes)
            }
            BINBYTES | BINBYTES8 | SHORT_BINBYTES | BYTEARRAY8 => {
                let bytes = self.length(instruction)?;
                self.cursor.skip(bytes)?;
                self.push(Node::Opaque)
            }
            EMPTY_LIST | EMPTY_TUPLE | EMPTY_SET => self.push(Node::Sequence(Vec::new())),
            EMPTY_DICT => self.push(Node::Dict(Vec::new())),
            LIST | TUPLE | FROZENSET => {
                let items = self.pop_to_mark()?;
                self.push(Node::Sequence(items))
            }
            TUPLE1 => self.tuple(1),
            TUPLE2 => self.tuple(2),
            TUPLE3 => self.tuple(3),
            DICT | APPEND | APPENDS | ADDITEMS | SETITEM | SETITEMS => self.fill(instruction),
            GET | BINGET | LONG_BINGET | PUT | BINPUT | LONG_BINPUT | MEMOIZE => self.remember(instruction),
            GLOBAL | STACK_GLOBAL => self.global(instruction),
            REDUCE | NEWOBJ | NEWOBJ_EX | INST | OBJ | BUILD => self.call(instruction),
            PERSID | BINPERSID => self.persistent(instruction),
            _ => Err(PyTorchProblem::UnknownInstruction { byte: self.at, instruction }.into()),
        }
    }

    fn frame(&mut self, instruction: u8) -> Result<(), Problem> {
        if instruction == opcode::PROTO {
            return match self.cursor.byte()? {
                0..=MAX_PROTOCOL => Ok(()),
                _ => self.broken("it is of a version that is not known"),
            };
        }
        match u64::from_le_bytes(self.cursor.array()?) <= self.cursor.remaining() {
            true => Ok(()),
            false => self.broken("a frame goes on beyond the end"),
        }
    }

    fn shuffle(&mut self, instruction: u8) -> Result<(), Problem> {
        match instruction {
            opcode::MARK => {
                reserve(&mut self.marks)?;
                self.marks.push(self.height());
                Ok(())
            }
            opcode::DUP => {
                let top = self.top()?;
                self.push_id(top)
            }
            opcode::POP if self.marks.last() != Some(&self.height()) => self.pop().map(drop),
            _ => self.pop_to_mark().map(drop),
        }
    }

    fn number(&mut self, instruction: u8) -> Result<(), Problem> {
        let value = match instruction {
            opcode::BININT => i128::from(i32::from_le_bytes(self.cursor.array()?)),
            opcode::BININT1 => self.cursor.byte()?.into(),
            opcode::BININT2 => u16::from_le_bytes(self.cursor.array()?).into(),
            opcode::LONG1 | opcode::LONG4 => return self.long(instruction),
            opcode::BINFLOAT => {
                self.cursor.skip(8)?;
                return self.push(Node::Opaque);
            }
            _ => return self.digits(instruction),
        };
        self.push(Node::Int(value))
    }

    /// Two's complement, the lowest byte first.
    fn long(&mut self, instruction: u8) -> Result<(), Problem> {
        let bytes = match instruction {
            opcode::LONG1 => u32::from(self.cursor.byte()?),
            _ => u32::from_le_bytes(self.cursor.array()?),
        };
        let mut number = Vec::new();
        if bytes > 16 {
            self.cursor.skip(bytes.into())?;
            return self.push(Node::Opaque);
        }
        self.cursor.append(bytes as usize, &mut number)?;
        let fill = if number.last().is_some_and(|&byte| byte >= 0x80) { 0xff } else { 0 };
        let mut whole = [fill; 16];
        whole[..number.len()].copy_from_slice(&number);
        self.push(Node::Int(i128::from_le_bytes(whole)))
    }

    fn digits(&mut self, instruction: u8) -> Result<(), Problem> {
        let line = self.line(MAX_DIGITS)?;
        match (instruction, line.as_str()) {
            (opcode::FLOAT, _) => self.push(Node::Opaque),
            (opcode::INT, "00") => self.push_id(FALSE),
            (opcode::INT, "01") => self.push_id(TRUE),
            (_, digits) => {
                let digits = digits.trim_end_matches('L');
                let plain = digits.strip_prefix('-').unwrap_or(digits);
                match digits.parse() {
                    Ok(value) => self.push(Node::Int(value)),
                    // Digits, but too many of them.
                    Err(_) if !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit()) => {
                        self.push(Node::Opaque)
                    }
                    Err(_) => self.broken("a number cannot be read"),
                }
            }
        }
    }

    fn length(&mut self, instruction: u8) -> Result<u64, Problem> {
        use opcode::*;
        Ok(match instruction {
            SHORT_BINSTRING | SHORT_BINUNICODE | SHORT_BINBYTES => self.cursor.byte()?.into(),
            BINSTRING | BINUNICODE | BINBYTES => u32::from_le_bytes(self.cursor.array()?).into(),
            _ => u64::from_le_bytes(self.cursor.array()?),
        })
    }

    /// The next bytes as text; opaque where they are too many or none.
    fn push_text(&mut self, bytes: u64) -> Result<(), Problem> {
        if bytes > MAX_TEXT_BYTES {
            self.cursor.skip(bytes)?;
            return self.push(Node::Opaque);
        }
        let start = self.text.len();
        self.cursor.append(bytes as usize, &mut self.text)?;
        self.push_text_from(start)
    }

    fn push_text_from(&mut self, start: usize) -> Result<(), Problem> {
        let bytes = self.text.len() - start;
        if std::str::from_utf8(&self.text[start..]).is_err() {
            self.text.truncate(start);
            return self.push(Node::Opaque);
        }
        match (u32::try_from(start), u32::try_from(bytes)) {
            (Ok(start), Ok(bytes)) => self.push(Node::Text { start, bytes }),
            _ => Err(PyTorchProblem::PickleTooLong { limit: MAX_PICKLE_BYTES }.into()),
        }
    }

    /// Text in one line: one byte a character, with escapes for those that have no byte.
    fn quoted(&mut self, instruction: u8) -> Result<(), Problem> {
        let line = self.raw_line(MAX_TEXT_BYTES as usize)?;
        let line: String = line.into_iter().map(char::from).collect();
        let text = match instruction {
            opcode::UNICODE => Some(unescaped(&line, unicode_escape)),
            _ => {
                let inner = |quote| line.strip_prefix(quote)?.strip_suffix(quote);
                inner('\'').or_else(|| inner('"')).map(|inner| unescaped(inner, escape))
            }
        };
        let Some(text) = text else {
            return self.broken("a text has no quotation marks");
        };
        let start = self.text.len();
        self.text.try_reserve(text.len()).map_err(|_| out_of_memory(text.len()))?;
        self.text.extend_from_slice(text.as_bytes());
        self.push_text_from(start)
    }

    fn tuple(&mut self, count: usize) -> Result<(), Problem> {
        let mut items = vec![NOTHING; count];
        for item in items.iter_mut().rev() {
            *item = self.pop()?;
        }
        self.push(Node::Sequence(items))
    }

    /// Puts values into lists, sets, mappings and objects.
    fn fill(&mut self, instruction: u8) -> Result<(), Problem> {
        match instruction {
            opcode::DICT => {
                let values = self.pop_to_mark()?;
                self.push(Node::Dict(Vec::new()))?;
                self.set_entries(&values)
            }
            opcode::APPEND => {
                let value = self.pop()?;
                self.extend(&[value])
            }
            opcode::SETITEM => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.set_entries(&[key, value])
            }
            opcode::SETITEMS => {
                let values = self.pop_to_mark()?;
                self.set_entries(&values)
            }
            _ => {
                let values = self.pop_to_mark()?;
                self.extend(&values)
            }
        }
    }

    fn extend(&mut self, values: &[NodeId]) -> Result<(), Problem> {
        let top = self.top()?;
        let items = match self.node(top) {
            Node::Sequence(items) => items,
            Node::Object(object) => &mut object.items,
            _ => return self.broken("items are added to what holds none"),
        };
        items.try_reserve(values.len()).map_err(|_| out_of_memory(values.len()))?;
        items.extend_from_slice(values);
        Ok(())
    }

    fn set_entries(&mut self, values: &[NodeId]) -> Result<(), Problem> {
        let top = self.top()?;
        let (pairs, rest) = values.as_chunks::<2>();
        if !rest.is_empty() {
            return self.broken("a key has no value");
        }
        let entries = match self.node(top) {
            Node::Dict(entries) => entries,
            Node::Object(object) => &mut object.entries,
            _ => return self.broken("entries are added to what holds none"),
        };
        entries.try_reserve(pairs.len()).map_err(|_| out_of_memory(values.len()))?;
        entries.extend(pairs.iter().map(|&[key, value]| (key, value)));
        Ok(())
    }

    fn remember(&mut self, instruction: u8) -> Result<(), Problem> {
        use opcode::*;
        let index = match instruction {
            BINGET | BINPUT => self.cursor.byte()?.into(),
            LONG_BINGET | LONG_BINPUT => u32::from_le_bytes(self.cursor.array()?),
            // As many as there are instructions at most.
            MEMOIZE => self.memo.len() as u32,
            _ => match self.line(MAX_DIGITS)?.parse() {
                Ok(index) => index,
                Err(_) => return self.broken("a number cannot be read"),
            },
        };
        if let GET | BINGET | LONG_BINGET = instruction {
            return match self.memo.get(&index) {
                Some(&id) => self.push_id(id),
                None => self.broken("a value is used before it is there"),
            };
        }
        let top = self.top()?;
        self.memo.try_reserve(1).map_err(|_| out_of_memory(1))?;
        self.memo.insert(index, top);
        Ok(())
    }

    fn global(&mut self, instruction: u8) -> Result<(), Problem> {
        let name = match instruction {
            opcode::STACK_GLOBAL => {
                let (name, module) = (self.pop()?, self.pop()?);
                match (self.short_text(module), self.short_text(name)) {
                    (Some(module), Some(name)) => format!("{module}.{name}"),
                    _ => return self.broken("a global has no name"),
                }
            }
            _ => self.global_lines()?,
        };
        self.push_global(name)
    }

    /// The module on one line, the name on the next.
    fn global_lines(&mut self) -> Result<String, Problem> {
        Ok(format!("{}.{}", self.line(MAX_IMPORT_BYTES)?, self.line(MAX_IMPORT_BYTES)?))
    }

    fn short_text(&self, id: NodeId) -> Option<&str> {
        let Node::Text { start, bytes } = *self.nodes.get(id.0 as usize)? else { return None };
        let (start, bytes) = (start as usize, bytes as usize);
        let text = self.text.get(start..start + bytes).filter(|text| text.len() <= MAX_IMPORT_BYTES)?;
        std::str::from_utf8(text).ok()
    }

    fn push_global(&mut self, name: String) -> Result<(), Problem> {
        if let Some(&index) = self.known_imports.get(&name) {
            return self.push(Node::Global(index));
        }
        if self.imports.len() == MAX_IMPORTS {
            return Err(PyTorchProblem::TooManyImports { limit: MAX_IMPORTS as u64 }.into());
        }
        let index = self.imports.len() as u32;
        self.imports.push(name.clone());
        self.known_imports.insert(name, index);
        self.push(Node::Global(index))
    }

    /// Calls become objects that hold what the call was to get; a state is kept with the object it was meant for.
    fn call(&mut self, instruction: u8) -> Result<(), Problem> {
        match instruction {
            opcode::BUILD => self.build(),
            opcode::INST => {
                let name = self.global_lines()?;
                let arguments = self.pop_to_mark()?;
                self.push_global(name)?;
                let callable = self.pop()?;
                self.push_call(callable, arguments)
            }
            opcode::OBJ => {
                let mut arguments = self.pop_to_mark()?;
                if arguments.is_empty() {
                    return self.broken("an object has no class");
                }
                let callable = arguments.remove(0);
                self.push_call(callable, arguments)
            }
            opcode::NEWOBJ_EX => {
                let (named, arguments, callable) = (self.pop()?, self.pop()?, self.pop()?);
                self.push_object(callable, arguments, vec![named])
            }
            _ => {
                let (arguments, callable) = (self.pop()?, self.pop()?);
                self.push_object(callable, arguments, Vec::new())
            }
        }
    }

    fn push_call(&mut self, callable: NodeId, arguments: Vec<NodeId>) -> Result<(), Problem> {
        self.push(Node::Sequence(arguments))?;
        let arguments = self.pop()?;
        self.push_object(callable, arguments, Vec::new())
    }

    fn push_object(
        &mut self,
        callable: NodeId,
        arguments: NodeId,
        states: Vec<NodeId>,
    ) -> Result<(), Problem> {
        let (items, entries) = (Vec::new(), Vec::new());
        self.push(Node::Object(Box::new(Object { callable, arguments, states, items, entries })))
    }

    fn build(&mut self) -> Result<(), Problem> {
        let state = self.pop()?;
        let top = self.top()?;
        match self.node(top) {
            Node::Object(object) => {
                reserve(&mut object.states)?;
                object.states.push(state);
                Ok(())
            }
            _ => self.broken("a state is given to what takes none"),
        }
    }

    fn persistent(&mut self, instruction: u8) -> Result<(), Problem> {
        if instruction == opcode::PERSID {
            let line = self.line(MAX_DIGITS)?;
            let start = self.text.len();
            self.text.extend_from_slice(line.as_bytes());
            self.push_text_from(start)?;
        }
        let id = self.pop()?;
        self.push(Node::Persistent(id))
    }

    fn line(&mut self, limit: usize) -> Result<String, Problem> {
        match String::from_utf8(self.raw_line(limit)?) {
            Ok(line) => Ok(line),
            Err(_) => self.broken("a line is no text"),
        }
    }

    fn raw_line(&mut self, limit: usize) -> Result<Vec<u8>, Problem> {
        let mut line = Vec::new();
        match self.cursor.line(limit, &mut line)? {
            Some(()) => Ok(line),
            None => self.broken("a line is too long"),
        }
    }

    fn node(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    fn push(&mut self, node: Node) -> Result<(), Problem> {
        // As many as there are instructions at most.
        let id = NodeId(self.nodes.len() as u32);
        reserve(&mut self.nodes)?;
        self.nodes.push(node);
        self.push_id(id)
    }

    fn push_id(&mut self, id: NodeId) -> Result<(), Problem> {
        reserve(&mut self.stack)?;
        self.stack.push(id);
        Ok(())
    }

    fn height(&self) -> u32 {
        // Hardly more than `MAX_STACK`.
        self.stack.len() as u32
    }

    /// The top of the stack, unless a mark lies on it.
    fn top(&self) -> Result<NodeId, Problem> {
        let marked = self.marks.last() == Some(&self.height());
        match self.stack.last() {
            Some(&top) if !marked => Ok(top),
            _ => self.broken("a value is missing"),
        }
    }

    fn pop(&mut self) -> Result<NodeId, Problem> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn pop_to_mark(&mut self) -> Result<Vec<NodeId>, Problem> {
        match self.marks.pop() {
            Some(height) => Ok(self.stack.split_off(height as usize)),
            None => self.broken("a mark is missing"),
        }
    }

    fn broken<T>(&self, reason: &'static str) -> Result<T, Problem> {
        Err(PyTorchProblem::BrokenPickle { byte: self.at, reason }.into())
    }
}

fn out_of_memory(bytes: usize) -> Problem {
    Problem::OutOfMemory { bytes: bytes as u64 }
}

fn reserve<T>(items: &mut Vec<T>) -> Result<(), Problem> {
    items.try_reserve(1).map_err(|_| out_of_memory(items.len() * size_of::<T>()))
}

/// Resolves escapes; a backslash that begins none stays as it is. `escape` tells from what follows the backslash which
/// character is meant, and how many bytes say so.
fn unescaped(line: &str, escape: impl Fn(&str) -> Option<(char, usize)>) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let (character, bytes) = escape(&rest[at + 1..]).unwrap_or(('\\', 0));
        text.push(character);
        rest = &rest[at + 1 + bytes..];
    }
    text.push_str(rest);
    text
}

/// The escapes of texts, which have no others.
fn unicode_escape(after: &str) -> Option<(char, usize)> {
    match after.bytes().next()? {
        b'u' => hexadecimal(after, 4),
        b'U' => hexadecimal(after, 8),
        _ => None,
    }
}

/// The escapes of byte strings in quotation marks.
fn escape(after: &str) -> Option<(char, usize)> {
    match after.bytes().next()? {
        b'x' => hexadecimal(after, 2),
        b'n' => Some(('\n', 1)),
        b'r' => Some(('\r', 1)),
        b't' => Some(('\t', 1)),
        byte @ (b'\\' | b'\'' | b'"') => Some((char::from(byte), 1)),
        _ => None,
    }
}

/// A letter, then so many digits.
fn hexadecimal(after: &str, digits: usize) -> Option<(char, usize)> {
    let code = u32::from_str_radix(after.get(1..1 + digits)?, 16).ok()?;
    Some((char::from_u32(code)?, 1 + digits))
}
