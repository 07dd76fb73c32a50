//! The kernels with 512-bit vectors.
#![allow(unsafe_code, reason = "vector loads and stores")]

use core::arch::x86_64::*;

use super::{
    BLOCK, Ball, Block, Columns, Geometry, Run, Selected, Spans, Staging, WIDER, check_room, ids_of,
    keep_from_body, reselect_body, select_body,
};
use crate::compress;
use crate::distance::planes::Planes;
use crate::level::Avx512;
use crate::vector::Sealed;

/// [`super::spans`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn spans(columns: &[Columns], ball: Ball, scale: f64, spans: &mut [Spans]) {
    assert!(columns.len() == spans.len(), "{} spans for {} blocks of columns", spans.len(), columns.len());
    let [x, y, z] = ball.center.map(|c| _mm512_set1_pd(c));
    let (limit, scale, zero) = (_mm512_set1_pd(ball.limit), _mm512_set1_pd(scale), _mm512_setzero_pd());
    let wider = _mm512_set1_pd(WIDER);
    let [finite, center_sum] = [_mm512_set1_pd(f64::MAX), _mm512_add_pd(_mm512_add_pd(x, y), z)];
    let known = _mm512_cmp_pd_mask::<_CMP_ORD_Q>(center_sum, center_sum);
    let (least, most) = (_mm512_set1_pd(-2_147_483_647.0), _mm512_set1_pd(2_147_483_647.0));
    for (column, span) in columns.iter().zip(spans) {
        let gap = |low: &[f64; 8], high: &[f64; 8], at: __m512d| {
            let gap = _mm512_max_pd(_mm512_sub_pd(load(low), at), _mm512_sub_pd(at, load(high)));
            _mm512_max_pd(gap, zero)
        };
        let gap_x = gap(&column.x_min, &column.x_max, x);
        let gap_y = gap(&column.y_min, &column.y_max, y);
        let squares = _mm512_add_pd(_mm512_mul_pd(gap_x, gap_x), _mm512_mul_pd(gap_y, gap_y));
        let left = _mm512_sub_pd(limit, squares);
        let touched = _mm512_mask_cmp_pd_mask::<_CMP_GT_OQ>(known, left, zero);
        // The root of infinity would be infinity times 0.
        let left = _mm512_min_pd(left, finite);
        let half = _mm512_mul_pd(_mm512_mul_pd(left, _mm512_maskz_rsqrt14_pd(touched, left)), wider);
        let height = _mm512_sub_pd(z, load(&column.floor));
        let floor = |height: __m512d| {
            let bin = _mm512_max_pd(_mm512_min_pd(_mm512_mul_pd(height, scale), most), least);
            _mm512_cvt_roundpd_epi32::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(bin)
        };
        let first = floor(_mm512_sub_pd(height, half));
        let last = floor(_mm512_add_pd(height, half));
        let first = _mm256_mask_mov_epi32(_mm256_set1_epi32(i32::MAX), touched, first);
        let last = _mm256_mask_mov_epi32(_mm256_set1_epi32(i32::MIN), touched, last);
        store(first, &mut span.first);
        store(last, &mut span.last);
    }
}

/// [`super::select`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn select(
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    runs: &[Run],
    blocks: &mut [Block],
    masks: &mut [u16],
) -> Selected {
    select_body::<<f64 as Sealed>::Avx512>(Avx512::proven(), points, ball, translations, runs, blocks, masks)
}

/// [`super::reselect`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn reselect(
    points: Planes<'_, f64>,
    ball: Ball,
    translations: &[[f64; 3]],
    blocks: &[Block],
    masks: &mut [u16],
) -> usize {
    reselect_body::<<f64 as Sealed>::Avx512>(Avx512::proven(), points, ball, translations, blocks, masks)
}

/// [`super::keep_from`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn keep_from(ids: &[u32], least: u32, blocks: &[Block], masks: &mut [u16]) -> usize {
    keep_from_body(ids, least, blocks, masks)
}

/// [`super::gather`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn gather(ids: &[u32], blocks: &[Block], masks: &[u16], out: &mut [u32]) -> usize {
    let mut written = 0;
    for (block, mask) in blocks.iter().zip(masks) {
        let ids = ids_of(ids, block);
        written += compress::avx512::select(ids, core::slice::from_ref(mask), &mut out[written..]);
    }
    written
}

/// [`super::repeat`] for callers that enable AVX-512 themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn repeat(values: &[[i32; 3]], counts: &[u32], out: &mut [[i32; 3]]) {
    let mut rest = out;
    for (&value, &count) in values.iter().zip(counts) {
        check_room(count as usize, rest.len());
        let (run, behind) = rest.split_at_mut(count as usize);
        let triples = phases(value);
        let mut phase = 0;
        for numbers in run.as_flattened_mut().chunks_mut(16) {
            store_i32(triples[phase], numbers);
            phase = if phase == 2 { 0 } else { phase + 1 };
        }
        rest = behind;
    }
    assert!(rest.is_empty(), "{} more than the counts", rest.len());
}

/// [`super::repeat_less`] for callers that enable AVX-512 themselves.
///
/// Each of sixteen packed offsets goes to three lanes, and there shifts its own byte up and back down with its sign.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn repeat_less(values: &[[i32; 3]], counts: &[u32], offsets: &[u32], out: &mut [[i32; 3]]) {
    let thrice = [
        _mm512_setr_epi32(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5),
        _mm512_setr_epi32(5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10),
        _mm512_setr_epi32(10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15),
    ];
    let up = phases([24, 16, 8]);
    let (mut offsets, mut rest) = (offsets, out);
    for (&value, &count) in values.iter().zip(counts) {
        check_room(count as usize, rest.len().min(offsets.len()));
        let (run, behind) = rest.split_at_mut(count as usize);
        let (own, others) = offsets.split_at(count as usize);
        (offsets, rest) = (others, behind);
        let triples = phases(value);
        for (own, run) in own.chunks(16).zip(run.chunks_mut(16)) {
            let packed = load_u32(own);
            for (phase, numbers) in run.as_flattened_mut().chunks_mut(16).enumerate() {
                let spread = _mm512_permutexvar_epi32(thrice[phase], packed);
                let bytes = _mm512_srai_epi32::<24>(_mm512_sllv_epi32(spread, up[phase]));
                store_i32(_mm512_sub_epi32(triples[phase], bytes), numbers);
            }
        }
    }
    assert!(rest.is_empty(), "{} more than the counts", rest.len());
}

/// Sixteen triples fill three vectors: `xyzx yzxy ..`, the same from `y`, and from `z`.
#[target_feature(enable = "avx512f")]
#[inline]
fn phases([x, y, z]: [i32; 3]) -> [__m512i; 3] {
    let triple = _mm512_castsi128_si512(_mm_setr_epi32(x, y, z, 0));
    [
        _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0), triple),
        _mm512_permutexvar_epi32(_mm512_setr_epi32(1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1), triple),
        _mm512_permutexvar_epi32(_mm512_setr_epi32(2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2), triple),
    ]
}

/// Fills `front`, of at most sixteen integers, with the first lanes.
#[target_feature(enable = "avx512f,bmi2")]
#[inline]
fn store_i32(lanes: __m512i, front: &mut [i32]) {
    let marked = _bzhi_u32(0xffff, front.len() as u32) as u16;
    // SAFETY: `front` is writable as far as it goes, and lanes behind it are masked off.
    unsafe { _mm512_mask_storeu_epi32(front.as_mut_ptr(), marked, lanes) }
}

/// At most sixteen integers, and zeros behind them.
#[target_feature(enable = "avx512f,bmi2")]
#[inline]
fn load_u32(front: &[u32]) -> __m512i {
    let marked = _bzhi_u32(0xffff, front.len() as u32) as u16;
    // SAFETY: `front` is readable as far as it goes, and lanes behind it are masked off.
    unsafe { _mm512_maskz_loadu_epi32(marked, front.as_ptr().cast()) }
}

/// [`super::measure`] for callers that enable AVX-512 themselves.
///
/// Marks are sparse and irregular, so nothing here branches on them: the places of a block's marks are compressed to the
/// end of the staged ones, and what follows, coordinates, roots and triples, takes full vectors from there.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
#[inline]
pub fn measure(
    points: Planes<'_, f64>,
    center: [f64; 3],
    translations: &[[f64; 3]],
    blocks: &[Block],
    masks: &[u16],
    geometry: Geometry<'_>,
    staging: &mut Staging,
) {
    let mut geometry = geometry;
    let view = View { axes: points.whole(), center, translations };
    let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let mut staged = 0;
    for (block, &mask) in blocks.iter().zip(masks) {
        let places = _mm512_add_epi32(lanes, _mm512_set1_epi32(block.start.cast_signed()));
        let translation = _mm512_set1_epi32(block.translation.cast_signed());
        store_16(_mm512_maskz_compress_epi32(mask, places), &mut staging.places, staged);
        store_16(translation, &mut staging.translations, staged);
        staged += mask.count_ones() as usize;
        if staged > Staging::POINTS - BLOCK {
            view.flush(staging, staged, &mut geometry);
            staged = 0;
        }
    }
    view.flush(staging, staged, &mut geometry);
}

/// What is measured, and from where.
struct View<'a> {
    axes: [&'a [f64]; 3],
    center: [f64; 3],
    translations: &'a [[f64; 3]],
}

impl View<'_> {
    /// Writes the distances and vectors of the first `staged` points, and moves the rooms behind them.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi2")]
    #[inline]
    fn flush(&self, staging: &Staging, staged: usize, geometry: &mut Geometry<'_>) {
        let Geometry { distances, vectors } = core::mem::take(geometry);
        let (mut distances, distances_rest) = split(distances, staged);
        let (mut vectors, vectors_rest) = split(vectors, staged);
        for at in (0..staged).step_by(8) {
            let end = staged.min(at + 8);
            let differences = self.differences(staging, at, end - at);
            if let Some(distances) = &mut distances {
                let [dx, dy, dz] = differences;
                let squares = _mm512_add_pd(_mm512_mul_pd(dx, dx), _mm512_mul_pd(dy, dy));
                let squares = _mm512_add_pd(squares, _mm512_mul_pd(dz, dz));
                store_front(_mm512_sqrt_pd(squares), &mut distances[at..end]);
            }
            if let Some(vectors) = &mut vectors {
                store_triples(differences, vectors[at..end].as_flattened_mut());
            }
        }
        *geometry = Geometry { distances: distances_rest, vectors: vectors_rest };
    }

    /// The differences of the `len` staged points from `at`, of at most eight.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi2")]
    #[inline]
    fn differences(&self, staging: &Staging, at: usize, len: usize) -> [__m512d; 3] {
        let lanes = _bzhi_u32(0xff, len as u32) as u8;
        let places = load_8(&staging.places, at);
        let translations = load_8(&staging.translations, at);
        let first = staging.translations[at];
        let other = _mm256_set1_epi32(first.cast_signed());
        let t = if _mm256_mask_cmpneq_epu32_mask(lanes, translations, other) == 0 {
            // Nearly always: the neighbours of an atom away from the cell's faces have one translation.
            self.translations[first as usize].map(|t| _mm512_set1_pd(t))
        } else {
            // Three times an index beyond them might wrap around to one that exists.
            let count = _mm256_set1_epi32(self.translations.len().min(1 << 30) as i32);
            assert!(_mm256_mask_cmpge_epu32_mask(lanes, translations, count) == 0, "no such translation");
            let triples = _mm256_add_epi32(translations, _mm256_add_epi32(translations, translations));
            let flat = self.translations.as_flattened();
            [0, 1, 2].map(|axis| gather_pd(flat, _mm256_add_epi32(triples, _mm256_set1_epi32(axis)), lanes))
        };
        let [x, y, z] = self.axes.map(|axis| gather_pd(axis, places, lanes));
        let [cx, cy, cz] = self.center.map(|c| _mm512_set1_pd(c));
        [
            _mm512_add_pd(_mm512_sub_pd(x, cx), t[0]),
            _mm512_add_pd(_mm512_sub_pd(y, cy), t[1]),
            _mm512_add_pd(_mm512_sub_pd(z, cz), t[2]),
        ]
    }
}

/// The first `at` entries, and the others.
#[inline]
fn split<T>(array: Option<&mut [T]>, at: usize) -> (Option<&mut [T]>, Option<&mut [T]>) {
    array.map(|array| array.split_at_mut(at)).unzip()
}

/// The numbers at the places in `lanes`; the others are zero.
#[target_feature(enable = "avx512f,avx512vl,avx2")]
#[inline]
fn gather_pd(numbers: &[f64], places: __m256i, lanes: u8) -> __m512d {
    // The instruction takes places for signed.
    let len = numbers.len().min(i32::MAX as usize) as i32;
    let inside = _mm256_mask_cmplt_epu32_mask(lanes, places, _mm256_set1_epi32(len));
    assert!(inside == lanes, "a place behind the last of {len} numbers");
    let zeros = _mm512_setzero_pd();
    // SAFETY: every lane that is read is at a place below the length, by the assertion, and not negative, as the length
    // is at most i32::MAX; other lanes are not read.
    unsafe { _mm512_mask_i32gather_pd::<8>(zeros, lanes, places, numbers.as_ptr()) }
}

#[target_feature(enable = "avx512f,avx2")]
#[inline]
fn load_8(numbers: &[u32; Staging::ROOM], at: usize) -> __m256i {
    let eight: &[u32; 8] = numbers[at..].first_chunk().expect("at <= POINTS");
    // SAFETY: eight readable integers, and the load may be unaligned.
    unsafe { _mm256_loadu_si256(eight.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store_16(lanes: __m512i, numbers: &mut [u32; Staging::ROOM], at: usize) {
    let sixteen: &mut [u32; 16] = numbers[at..].first_chunk_mut().expect("at <= POINTS - 16");
    // SAFETY: sixteen writable integers, and the store may be unaligned.
    unsafe { _mm512_storeu_si512(sixteen.as_mut_ptr().cast(), lanes) }
}

/// Writes `x0 y0 z0 x1 y1 z1 ..` of as many lanes as there is room for.
#[target_feature(enable = "avx512f,bmi2")]
#[inline]
fn store_triples([x, y, z]: [__m512d; 3], numbers: &mut [f64]) {
    // Lane k of the other operand is 8 + k.
    let xy = [
        _mm512_setr_epi64(0, 8, 0, 1, 9, 0, 2, 10),
        _mm512_setr_epi64(0, 3, 11, 0, 4, 12, 0, 5),
        _mm512_setr_epi64(13, 0, 6, 14, 0, 7, 15, 0),
    ];
    let with_z = [
        _mm512_setr_epi64(0, 1, 8, 3, 4, 9, 6, 7),
        _mm512_setr_epi64(10, 1, 2, 11, 4, 5, 12, 7),
        _mm512_setr_epi64(0, 13, 2, 3, 14, 5, 6, 15),
    ];
    for ((xy, with_z), numbers) in xy.into_iter().zip(with_z).zip(numbers.chunks_mut(8)) {
        let pairs = _mm512_permutex2var_pd(x, xy, y);
        store_front(_mm512_permutex2var_pd(pairs, with_z, z), numbers);
    }
}

/// Fills `front`, of at most eight numbers, with the first lanes.
#[target_feature(enable = "avx512f,bmi2")]
#[inline]
fn store_front(lanes: __m512d, front: &mut [f64]) {
    let marked = _bzhi_u32(0xff, front.len() as u32) as u8;
    // SAFETY: `front` is writable as far as it goes, and lanes behind it are masked off.
    unsafe { _mm512_mask_storeu_pd(front.as_mut_ptr(), marked, lanes) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(numbers: &[f64; 8]) -> __m512d {
    // SAFETY: eight readable numbers, and the load may be unaligned.
    unsafe { _mm512_loadu_pd(numbers.as_ptr()) }
}

#[target_feature(enable = "avx512f,avx2")]
#[inline]
fn store(lanes: __m256i, numbers: &mut [i32; 8]) {
    // SAFETY: eight writable integers, and the store may be unaligned.
    unsafe { _mm256_storeu_si256(numbers.as_mut_ptr().cast(), lanes) }
}
