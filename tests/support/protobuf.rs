//! Protocol buffers, and the messages of ONNX that tests need.

pub fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A field that is a number.
pub fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// A field that is a text, bytes or a message.
pub fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

/// A model of a graph of these fields.
pub fn model(graph: &[u8]) -> Vec<u8> {
    [number(1, 8), bytes(2, b"test"), bytes(7, graph)].concat()
}

/// A field of a graph: a tensor of this type, shape and further fields.
pub fn tensor(name: &str, kind: u64, shape: &[u64], rest: &[u8]) -> Vec<u8> {
    let dims: Vec<u8> = shape.iter().flat_map(|&size| number(1, size)).collect();
    bytes(5, &[dims, number(2, kind), rest.to_vec(), bytes(8, name.as_bytes())].concat())
}

/// A field of a graph: a node with these inputs, output and further fields.
pub fn node(operator: &str, inputs: &[&str], output: &str, rest: &[u8]) -> Vec<u8> {
    let inputs: Vec<u8> = inputs.iter().flat_map(|input| bytes(1, input.as_bytes())).collect();
    bytes(1, &[inputs, bytes(2, output.as_bytes()), bytes(4, operator.as_bytes()), rest.to_vec()].concat())
}

/// A field of a tensor: where it lies in another file.
pub fn external(pairs: &[(&str, &str)]) -> Vec<u8> {
    let pair = |(key, value): &(&str, &str)| {
        bytes(13, &[bytes(1, key.as_bytes()), bytes(2, value.as_bytes())].concat())
    };
    [pairs.iter().flat_map(pair).collect(), number(14, 1)].concat()
}
