//! Types of tensor elements.

/// Type of one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DType {
    /// IEEE binary64.
    F64,
    /// IEEE binary32.
    F32,
    /// IEEE binary16.
    F16,
    /// The upper half of binary32.
    BF16,
    /// 8 bits, 4 of exponent (bias 7), no infinities, NaN = 0x7f (OCP "FN").
    F8E4M3,
    /// 8 bits, 5 of exponent (bias 15), with infinities.
    F8E5M2,
    /// Integers and booleans of so many bytes: listed, never analysed.
    Integer(u8),
}
