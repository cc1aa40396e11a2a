//! Names that pickles of PyTorch use, and what is made of them.

use crate::checkpoint::contents::RawType;
use crate::checkpoint::{ComplexType, DType, IntegerType};

/// Type of the elements of a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    pub dtype: RawType,
    /// Bytes of one element.
    pub bytes: u64,
}

impl Element {
    fn known(dtype: DType) -> Self {
        Self { dtype: RawType::Known(dtype), bytes: dtype.block().bytes }
    }

    fn unread(name: &str, bytes: u64) -> Self {
        Self { dtype: RawType::Unknown(name.to_owned()), bytes }
    }
}

/// How a tensor is described by the arguments of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rebuild<'a> {
    /// Storage, offset, shape, strides, and perhaps more.
    Tensor,
    /// The same, with the type of the elements in place 6.
    TypedTensor,
    /// A tensor, and what a parameter knows besides.
    Parameter,
    /// A function, a class, and the function's arguments.
    FromType,
    /// A kind of tensor that is not read: why.
    Unread(&'a str),
}

/// What the global makes of its arguments, if that is a tensor.
pub(super) fn rebuild(name: &str) -> Option<Rebuild<'_>> {
    Some(match name {
        "torch._utils._rebuild_tensor" | "torch._utils._rebuild_tensor_v2" => Rebuild::Tensor,
        "torch._utils._rebuild_tensor_v3" => Rebuild::TypedTensor,
        "torch._utils._rebuild_parameter"
        | "torch._utils._rebuild_parameter_with_state"
        | "torch.nn.parameter.Parameter"
        | "torch.nn.parameter.Buffer"
        | "torch.autograd.variable.Variable" => Rebuild::Parameter,
        "torch._tensor._rebuild_from_type_v2"
        | "torch._tensor._rebuild_from_type"
        | "torch.tensor._rebuild_from_type_v2"
        | "torch.tensor._rebuild_from_type" => Rebuild::FromType,
        "torch._utils._rebuild_sparse_tensor" | "torch._utils._rebuild_sparse_csr_tensor" => {
            Rebuild::Unread("a sparse tensor, which is not read")
        }
        "torch._utils._rebuild_qtensor" => Rebuild::Unread("a quantised tensor, which is not read"),
        "torch._utils._rebuild_nested_tensor" => Rebuild::Unread("a nested tensor, which is not read"),
        "torch._utils._rebuild_meta_tensor_no_storage" => Rebuild::Unread("a tensor without values"),
        _ if name.starts_with("torch._utils._rebuild_") => {
            Rebuild::Unread("a kind of tensor that is not read")
        }
        _ => return None,
    })
}

/// The element type of a class of storages, such as `torch.cuda.HalfStorage`.
pub(super) fn storage_class(name: &str) -> Option<Element> {
    use IntegerType::*;
    let (module, class) = name.rsplit_once('.')?;
    if !matches!(module, "torch" | "torch.cuda" | "torch.storage") {
        return None;
    }
    Some(match class.strip_suffix("Storage")? {
        "Double" => Element::known(DType::F64),
        "Float" => Element::known(DType::F32),
        "Half" => Element::known(DType::F16),
        "BFloat16" => Element::known(DType::BF16),
        "Long" => Element::known(DType::Integer(I64)),
        "Int" => Element::known(DType::Integer(I32)),
        "Short" => Element::known(DType::Integer(I16)),
        "Char" => Element::known(DType::Integer(I8)),
        // Bytes whose meaning the tensor tells, or bytes.
        "Byte" | "Untyped" => Element::known(DType::Integer(U8)),
        "Bool" => Element::known(DType::Integer(Bool)),
        "ComplexDouble" => Element::known(DType::Complex(ComplexType::C128)),
        "ComplexFloat" => Element::known(DType::Complex(ComplexType::C64)),
        "QInt32" => Element::unread("QInt32", 4),
        quantised @ ("QInt8" | "QUInt8" | "QUInt4x2" | "QUInt2x4") => Element::unread(quantised, 1),
        _ => return None,
    })
}

/// The element type that `torch.float16` and the like name.
pub(super) fn dtype(name: &str) -> Option<Element> {
    use IntegerType::*;
    Some(match name.strip_prefix("torch.")? {
        "float64" | "double" => Element::known(DType::F64),
        "float32" | "float" => Element::known(DType::F32),
        "float16" | "half" => Element::known(DType::F16),
        "bfloat16" => Element::known(DType::BF16),
        "float8_e4m3fn" => Element::known(DType::F8E4M3),
        "float8_e5m2" => Element::known(DType::F8E5M2),
        "float8_e4m3fnuz" => Element::known(DType::F8E4M3Fnuz),
        "float8_e5m2fnuz" => Element::known(DType::F8E5M2Fnuz),
        "float8_e8m0fnu" => Element::known(DType::F8E8M0),
        "int64" | "long" => Element::known(DType::Integer(I64)),
        "int32" | "int" => Element::known(DType::Integer(I32)),
        "int16" | "short" => Element::known(DType::Integer(I16)),
        "int8" => Element::known(DType::Integer(I8)),
        "uint64" => Element::known(DType::Integer(U64)),
        "uint32" => Element::known(DType::Integer(U32)),
        "uint16" => Element::known(DType::Integer(U16)),
        "uint8" => Element::known(DType::Integer(U8)),
        "bool" => Element::known(DType::Integer(Bool)),
        "complex128" | "cdouble" => Element::known(DType::Complex(ComplexType::C128)),
        "complex64" | "cfloat" => Element::known(DType::Complex(ComplexType::C64)),
        "complex32" | "chalf" => Element::known(DType::Complex(ComplexType::C32)),
        "bcomplex32" => Element::unread("bcomplex32", 4),
        "bits16" => Element::unread("bits16", 2),
        "qint32" => Element::unread("qint32", 4),
        // Elements of one byte, which may hold several numbers.
        small @ ("float4_e2m1fn_x2" | "bits8" | "bits1x8" | "bits2x4" | "bits4x2" | "qint8" | "quint8"
        | "quint4x2" | "quint2x4") => Element::unread(small, 1),
        _ => return None,
    })
}

/// Classes of mappings: they hold their entries, and may be made from some.
pub(super) fn is_mapping(name: &str) -> bool {
    matches!(
        name,
        "collections.OrderedDict"
            | "collections.defaultdict"
            | "collections.Counter"
            | "builtins.dict"
            | "__builtin__.dict"
    )
}

/// Whether the reader knows what the global is good for: tensors, storages and plain data.
pub(super) fn is_known(name: &str) -> bool {
    /// Classes and functions that make numbers, texts, arrays and containers of them.
    const PLAIN: [&str; 28] = [
        "__builtin__.bytearray",
        "__builtin__.complex",
        "__builtin__.frozenset",
        "__builtin__.object",
        "__builtin__.set",
        "_codecs.encode",
        "argparse.Namespace",
        "builtins.bytearray",
        "builtins.complex",
        "builtins.frozenset",
        "builtins.object",
        "builtins.set",
        "collections.deque",
        "copy_reg._reconstructor",
        "copyreg._reconstructor",
        "datetime.datetime",
        "datetime.timedelta",
        "numpy._core.multiarray._reconstruct",
        "numpy._core.multiarray.scalar",
        "numpy.core.multiarray._reconstruct",
        "numpy.core.multiarray.scalar",
        "numpy.dtype",
        "numpy.ndarray",
        "pathlib.PosixPath",
        "torch.Size",
        "torch.Tensor",
        "torch.device",
        "torch.serialization._get_layout",
    ];
    rebuild(name).is_some()
        || storage_class(name).is_some()
        || dtype(name).is_some()
        || is_mapping(name)
        || name.starts_with("torch.jit._pickle.")
        || PLAIN.contains(&name)
}
