//! Stored elements as the kernels take them: numbers of one size, binned where they lie.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use crate::WHOLE;
use crate::checkpoint::{DType, bf16_to_f32, f16_to_f32};
use crate::multifractal::{Binning, LANES, PatternBins, Weights};

/// Elements of blocks that are decoded together; a multiple of every block.
const STRIP_OF_BLOCKS: usize = 256;
/// Sums of |w| run in so many lanes.
const SUM_LANES: usize = 8;
/// Elements of blocks that one task decodes; a multiple of every block.
const ELEMENTS_PER_TASK: usize = 1 << 14;

/// The bins of a type, by pattern: made once, for types with at most 16 bits.
pub(super) struct TypeBins {
    pub(super) dtype: DType,
    patterns: Option<PatternBins>,
    /// Values of types with 8 bits.
    values: Vec<f32>,
}

impl TypeBins {
    pub(super) fn new(dtype: DType, binning: &Binning) -> Self {
        let decode = |pattern: u16| {
            let mut value = [0.0];
            dtype.decode_f32(&pattern.to_le_bytes(), &mut value);
            value[0]
        };
        let block = dtype.block();
        let patterns = match (block.elements, block.bytes) {
            (1, 2) => Some(1 << 15),
            (1, 1) if WHOLE => Some(1 << 8),
            _ => None,
        };
        Self {
            dtype,
            patterns: patterns.map(|patterns| PatternBins::new(binning, patterns, decode)),
            values: if patterns == Some(1 << 8) { (0..1 << 8).map(decode).collect() } else { Vec::new() },
        }
    }
}

/// Elements of one type. Those in blocks, and those smaller than a byte, were decoded to binary32.
pub(super) struct Elements<'a> {
    bytes: Cow<'a, [u8]>,
    dtype: DType,
    /// Bytes of one element.
    size: usize,
    /// Elements before the first that counts.
    lead: usize,
    bins: &'a TypeBins,
    binning: &'a Binning,
}

impl<'a> Elements<'a> {
    /// Takes whole blocks; the first `lead` elements are passed over.
    pub(super) fn new(bytes: &'a [u8], lead: usize, bins: &'a TypeBins, binning: &'a Binning) -> Self {
        let block = bins.dtype.block();
        let (bytes, dtype, size) = match block.elements {
            _ if !WHOLE => (Cow::Borrowed(bytes), bins.dtype, block.bytes as usize),
            1 => (Cow::Borrowed(bytes), bins.dtype, block.bytes as usize),
            _ => (Cow::Owned(decoded(bytes, bins.dtype)), DType::F32, size_of::<f32>()),
        };
        Self { bytes, dtype, size, lead, bins, binning }
    }

    /// The type that is stored.
    pub(super) fn dtype(&self) -> DType {
        self.bins.dtype
    }

    /// Sum of w^2 over the finite weights of a run, added in an order that depends on its length alone.
    pub(super) fn squares(&self, run: Range<usize>) -> f64 {
        let bytes = &self.bytes[(run.start + self.lead) * self.size..(run.end + self.lead) * self.size];
        let strip = |bytes: &[u8]| {
            let mut values = [0.0; STRIP_OF_BLOCKS];
            let values = &mut values[..bytes.len() / self.size];
            self.dtype.decode_f64(bytes, values);
            values.iter().filter(|value| value.is_finite()).map(|value| value * value).sum::<f64>()
        };
        let task = |bytes: &[u8]| bytes.chunks(STRIP_OF_BLOCKS * self.size).map(strip).sum::<f64>();
        match bytes.len() <= ELEMENTS_PER_TASK * self.size {
            true => task(bytes),
            false => {
                let sums: Vec<f64> = bytes.par_chunks(ELEMENTS_PER_TASK * self.size).map(task).collect();
                sums.iter().sum()
            }
        }
    }

    /// The value of one element.
    #[cfg_attr(small, optimize(speed))]
    pub(super) fn value(&self, place: usize) -> f64 {
        let start = (place + self.lead) * self.size;
        let mut value = [0.0];
        self.dtype.decode_f64(&self.bytes[start..start + self.size], &mut value);
        value[0]
    }
}

impl Weights for Elements<'_> {
    #[cfg_attr(small, optimize(speed))]
    fn bin(&self, run: Range<usize>, bins: &mut [u16]) -> f64 {
        let bytes = &self.bytes[(run.start + self.lead) * self.size..(run.end + self.lead) * self.size];
        match (self.dtype, &self.bins.patterns) {
            (DType::F64, _) => doubles(bytes, bins, self.binning),
            (DType::BF16, Some(patterns)) => {
                by_pattern(bytes, bins, patterns, u16::from_le_bytes, bf16_to_f32)
            }
            (DType::F16, Some(patterns)) => by_pattern(bytes, bins, patterns, u16::from_le_bytes, f16_to_f32),
            (_, Some(patterns)) if WHOLE => {
                let value = |pattern: u16| self.bins.values[usize::from(pattern)];
                by_pattern(bytes, bins, patterns, |[byte]| u16::from(byte), value)
            }
            _ => singles(bytes, bins, self.binning),
        }
    }
}

#[cfg_attr(small, optimize(speed))]
fn singles(bytes: &[u8], bins: &mut [u16], binning: &Binning) -> f64 {
    let mut sum = SumOfMagnitudes::default();
    let (elements, rest) = bytes.as_chunks::<4>().0.as_chunks::<LANES>();
    let (bins, rest_bins) = bins.as_chunks_mut::<LANES>();
    for (bins, elements) in bins.iter_mut().zip(elements) {
        // From where they lie: taken by value, the bytes would be copied one by one.
        let values = std::array::from_fn(|lane| f32::from_le_bytes(elements[lane]));
        if let Some(certain) = binning.certain_bins_f32(&values) {
            *bins = certain;
            sum.add(&values.map(f32::abs));
        } else {
            *bins = binning.bins_by_table(&values);
            sum.add(&values.map(finite_magnitude));
        }
    }
    for (bin, &element) in rest_bins.iter_mut().zip(rest) {
        let value = f32::from_le_bytes(element);
        *bin = binning.bin_f32(value);
        sum.add_one(value);
    }
    sum.total()
}

#[cfg_attr(small, optimize(speed))]
fn doubles(bytes: &[u8], bins: &mut [u16], binning: &Binning) -> f64 {
    let (elements, _) = bytes.as_chunks();
    let mut sum = 0.0;
    for (bin, &element) in bins.iter_mut().zip(elements) {
        let value = f64::from_le_bytes(element);
        *bin = binning.bin_f64(value);
        sum += if value.is_finite() { value.abs() } else { 0.0 };
    }
    sum
}

#[inline(always)]
#[cfg_attr(small, optimize(speed))]
fn by_pattern<const N: usize>(
    bytes: &[u8],
    bins: &mut [u16],
    patterns: &PatternBins,
    pattern: impl Fn([u8; N]) -> u16,
    value: impl Fn(u16) -> f32,
) -> f64 {
    let (elements, _) = bytes.as_chunks::<N>();
    for (bin, &element) in bins.iter_mut().zip(elements) {
        *bin = patterns.bin(pattern(element));
    }
    // In a loop of its own: a look-up takes one element, a sum many, and together they would be taken apart again.
    let mut sum = SumOfMagnitudes::default();
    let (together, rest) = elements.as_chunks::<LANES>();
    for elements in together {
        let magnitudes = std::array::from_fn(|lane| finite_magnitude(value(pattern(elements[lane]))));
        sum.add(&magnitudes);
    }
    rest.iter().for_each(|&element| sum.add_one(value(pattern(element))));
    sum.total()
}

/// Sum of |w| over finite weights, in lanes that are added in order.
#[derive(Default)]
struct SumOfMagnitudes {
    lanes: [f64; SUM_LANES],
    rest: f64,
}

impl SumOfMagnitudes {
    #[inline(always)]
    fn add(&mut self, magnitudes: &[f32; LANES]) {
        for magnitudes in magnitudes.as_chunks::<SUM_LANES>().0 {
            for (sum, &magnitude) in self.lanes.iter_mut().zip(magnitudes) {
                *sum += f64::from(magnitude);
            }
        }
    }

    fn add_one(&mut self, value: f32) {
        self.rest += f64::from(finite_magnitude(value));
    }

    fn total(&self) -> f64 {
        self.lanes.iter().sum::<f64>() + self.rest
    }
}

/// By its bits: comparing numbers would mix vectors of two widths.
#[inline(always)]
fn finite_magnitude(value: f32) -> f32 {
    let bits = value.to_bits() & 0x7fff_ffff;
    f32::from_bits(if bits < f32::INFINITY.to_bits() { bits } else { 0 })
}

/// The values of whole blocks, as little-endian binary32.
fn decoded(bytes: &[u8], dtype: DType) -> Vec<u8> {
    let block = dtype.block();
    let elements = bytes.len() / block.bytes as usize * block.elements as usize;
    let mut values = vec![0; elements * size_of::<f32>()];
    let task = ELEMENTS_PER_TASK / block.elements as usize * block.bytes as usize;
    let places = values.par_chunks_mut(ELEMENTS_PER_TASK * size_of::<f32>());
    bytes.par_chunks(task).zip(places).for_each(|(bytes, places)| {
        let mut values = [0.0; STRIP_OF_BLOCKS];
        let strips = bytes.chunks(STRIP_OF_BLOCKS / block.elements as usize * block.bytes as usize);
        for (strip, places) in strips.zip(places.chunks_mut(STRIP_OF_BLOCKS * size_of::<f32>())) {
            let values = &mut values[..places.len() / size_of::<f32>()];
            dtype.decode_f32(strip, values);
            let (places, _) = places.as_chunks_mut();
            places.iter_mut().zip(values).for_each(|(place, value)| *place = value.to_le_bytes());
        }
    });
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::QuantisedType;
    use proptest::prelude::*;

    const TYPES: [DType; 14] = [
        DType::F64,
        DType::F32,
        DType::F16,
        DType::BF16,
        DType::F8E4M3,
        DType::F8E5M2,
        DType::F8E4M3Fnuz,
        DType::F8E5M2Fnuz,
        DType::F8E8M0,
        DType::F6E2M3,
        DType::F4,
        DType::Quantised(QuantisedType::Q8_0),
        DType::Quantised(QuantisedType::Q4_0),
        DType::Quantised(QuantisedType::Q6K),
    ];

    proptest! {
        /// The oracle: every element is decoded to f64 and binned by the definition.
        #[test]
        fn elements_of_any_type_equal_the_definition(
            seed in prop::collection::vec(any::<u8>(), 4096),
            lead in 0_usize..30,
            exponent in any::<bool>(),
        ) {
            let binning = Binning::new(&[150.0, 200.0]).unwrap();
            for dtype in TYPES {
                let block = dtype.block();
                let mut bytes = seed[..seed.len() / block.bytes as usize * block.bytes as usize].to_vec();
                if exponent && block.elements == 1 && block.bytes > 1 {
                    // Most patterns are far too large or small: bring some into the range of the bins.
                    let top = block.bytes as usize - 1;
                    let usual = [0x3c, 0x3b, 0xbc, 0x3d];
                    bytes.chunks_mut(top + 1).enumerate().for_each(|(i, bytes)| bytes[top] = usual[i % 4]);
                }
                let mut values = vec![0.0; bytes.len() / block.bytes as usize * block.elements as usize];
                dtype.decode_f64(&bytes, &mut values);
                let values = &values[lead..];

                let type_bins = TypeBins::new(dtype, &binning);
                let elements = Elements::new(&bytes, lead, &type_bins, &binning);
                let mut bins = vec![0; values.len()];
                let sum = elements.bin(0..values.len(), &mut bins);
                let expected: Vec<u16> = values.iter().map(|&value| binning.bin_f64(value)).collect();
                prop_assert_eq!(&bins, &expected, "{}", dtype);
                let finite = || values.iter().copied().filter(|value| value.is_finite());
                let squares: f64 = finite().map(|value| value * value).sum();
                let found = elements.squares(0..values.len());
                prop_assert!(found == squares || (found - squares).abs() <= 1e-12 * squares);
                let plain: f64 = finite().map(f64::abs).sum();
                prop_assert!(sum == plain || (sum - plain).abs() <= 1e-12 * plain, "{}: {} against {}", dtype, sum, plain);
            }
        }
    }
}
