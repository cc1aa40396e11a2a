//! Bins of sixteen weights at once.

/// Weights that are binned at once: enough to fill vector registers of any width.
pub const LANES: usize = 16;

/// Adding 2^23 rounds to the nearest integer, which the lowest bits then hold.
const ROUND: f32 = 8_388_608.0;
/// More than the relative error of a division.
const DOUBT: f32 = f32::EPSILON;
/// The lowest bits, more than a bin has: the compiler narrows what is known to be small with one instruction.
const LOWEST: u32 = 0x1fff;

/// 2r of each weight, rounded up, and at most `most` (half of an odd number) rounded up. `None` where the error of
/// single precision, half a unit in the last place, leaves a doubt about one of them, and where one is 0 or not finite.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub(super) fn doubled_distances(weights: &[f32; LANES], most: f32) -> Option<[u16; LANES]> {
    let mut bins = [0; LANES];
    let mut doubts = [0_u32; LANES];
    for lane in 0..LANES {
        let magnitude = weights[lane].abs();
        let doubled = 2.0 / magnitude;
        // A vector minimum, unlike `f32::min`, which must treat NaN in another way.
        let doubled = if doubled < most { doubled } else { most };
        let shifted = doubled + ROUND;
        let rest = doubled - (shifted - ROUND);
        bins[lane] = (shifted.to_bits() & LOWEST) + u32::from(rest > 0.0);
        // NaN is not above 0 either. An infinity has no distance and no rest, which is a doubt.
        #[allow(clippy::neg_cmp_op_on_partial_ord)]
        let special = !(magnitude > 0.0);
        doubts[lane] = u32::from(rest.abs() <= doubled * DOUBT) | u32::from(special);
    }
    let certain = doubts.iter().fold(0, |all, doubt| all | doubt) == 0;
    certain.then(|| bins.map(|bin| bin as u16))
}

/// The same in the instructions of Wasm: what the compiler makes of the loop above takes half as long again.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub(super) fn doubled_distances(weights: &[f32; LANES], most: f32) -> Option<[u16; LANES]> {
    use core::arch::wasm32::*;

    let most = f32x4_splat(most);
    let mut certain = u32x4_splat(u32::MAX);
    let bins = std::array::from_fn::<_, 4, _>(|quarter| {
        let weights = &weights[4 * quarter..4 * quarter + 4];
        let magnitude = f32x4_abs(f32x4(weights[0], weights[1], weights[2], weights[3]));
        let doubled = f32x4_pmin(most, f32x4_div(f32x4_splat(2.0), magnitude));
        let shifted = f32x4_add(doubled, f32x4_splat(ROUND));
        let rest = f32x4_sub(doubled, f32x4_sub(shifted, f32x4_splat(ROUND)));
        let far = f32x4_gt(f32x4_abs(rest), f32x4_mul(doubled, f32x4_splat(DOUBT)));
        certain = v128_and(certain, v128_and(far, f32x4_gt(magnitude, f32x4_splat(0.0))));
        // What is true has all bits set: -1.
        let rounded_up = i32x4_sub(shifted, f32x4_gt(rest, f32x4_splat(0.0)));
        v128_and(rounded_up, u32x4_splat(LOWEST))
    });
    if !u32x4_all_true(certain) {
        return None;
    }
    let [low, high] = [u16x8_narrow_i32x4(bins[0], bins[1]), u16x8_narrow_i32x4(bins[2], bins[3])];
    macro_rules! lanes {
        ($vector:expr) => {
            [
                u16x8_extract_lane::<0>($vector),
                u16x8_extract_lane::<1>($vector),
                u16x8_extract_lane::<2>($vector),
                u16x8_extract_lane::<3>($vector),
                u16x8_extract_lane::<4>($vector),
                u16x8_extract_lane::<5>($vector),
                u16x8_extract_lane::<6>($vector),
                u16x8_extract_lane::<7>($vector),
            ]
        };
    }
    let (low, high) = (lanes!(low), lanes!(high));
    Some(std::array::from_fn(|lane| if lane < 8 { low[lane] } else { high[lane - 8] }))
}
